#include "tests/support/backend_database.h"

#include <catch2/catch.hpp>

#include "tests/support/database.h"
#include "tests/support/inspector.h"

namespace llmctl::test {
namespace {

TEST_CASE("the backend's database for tests is sound, and its dump tells one byte from another") {
  const TemporaryDirectory directory;
  const auto file = directory / "backend.db";
  make_backend_database(file);
  add_odd_rows(file);
  Inspector inspector(file);
  CHECK(inspector.damage() == "");
  CHECK(inspector.texts("PRAGMA journal_mode") == std::vector<std::string>{"delete"});
  const std::string before = dump_without_llmctl(file);
  inspector.execute("CREATE TABLE llmctl_x (id integer PRIMARY KEY AUTOINCREMENT)");
  inspector.execute("INSERT INTO llmctl_x DEFAULT VALUES");
  CHECK(dump_without_llmctl(file) == before);
  inspector.execute("UPDATE messages SET protegrity_data = 'null ' WHERE protegrity_data = 'null'");
  CHECK(dump_without_llmctl(file) != before);
}

}  // namespace
}  // namespace llmctl::test
