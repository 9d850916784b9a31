#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

/// How values lie in the file: the backend reads them too.
namespace llmctl::storage {
namespace {

using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;

Uuid uuid(const char* text) { return *parse_uuid(text); }
Timestamp at(const char* text) { return *parse_rfc3339(text); }

TEST_CASE("values are stored as the backend stores them") {
  struct Case {
    std::string column;
    Value value;
    std::string stored;
    std::string storage_class;
  };
  const Case cases[] = {
      {"char(32)", uuid("0199A1B2-C3D4-7000-8000-0000000000FF"), "0199a1b2c3d4700080000000000000ff",
       "text"},
      {"datetime", at("2026-10-01T12:00:00Z"), "2026-10-01 12:00:00", "text"},
      {"datetime", at("2026-10-01T12:00:00.5Z"), "2026-10-01 12:00:00.500000", "text"},
      {"datetime", at("2026-10-01T12:00:00.000001Z"), "2026-10-01 12:00:00.000001", "text"},
      {"datetime", at("2026-10-01T12:00:00.120000Z"), "2026-10-01 12:00:00.120000", "text"},
      {"datetime", at("0099-01-02T03:04:05Z"), "0099-01-02 03:04:05", "text"},
      {"bool", true, "1", "integer"},
      {"bool", false, "0", "integer"},
      {"integer", std::int64_t{-5'000'000'000}, "-5000000000", "integer"},
      {"decimal", Decimal{3000}, "0.003", "real"},
      {"decimal", Decimal{0}, "0", "integer"},
      {"decimal", Decimal{12'000'000}, "12", "integer"},
      {"decimal", Decimal{9'999'999'999}, "9999.999999", "real"},
      {"text", JsonText{R"({"a":1})"}, R"({"a":1})", "text"},
      {"text", "z\u00fcrich", "z\u00fcrich", "text"},
      {"varchar(50)", std::optional<std::string>{}, "", "null"},
      {"text", std::optional<JsonText>{}, "", "null"},
      {"decimal", std::optional<Decimal>{}, "", "null"},
  };
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  Inspector raw(directory / "test.db");
  for (const Case& c : cases) {
    CAPTURE(c.column, c.stored);
    database->execute("CREATE TABLE t (v " + c.column + ")");
    database->execute("INSERT INTO t (v) VALUES (?1)", {c.value});
    CHECK(raw.texts("SELECT v FROM t").at(0) == c.stored);
    CHECK(raw.texts("SELECT typeof(v) FROM t").at(0) == c.storage_class);
    database->execute("DROP TABLE t");
  }
}

TEST_CASE("every price reads back as it was written") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE t (v decimal)");
  for (std::int64_t value = 1; value < 10'000'000'000; value = value * 3 + 1) {
    database->execute("INSERT INTO t (v) VALUES (?1)", {Decimal{value}});
    CHECK(find_one(*database, "SELECT v FROM t", {}, [](const Row& row) {
            return row.decimal(0);
          })->millionths == value);
    database->execute("DELETE FROM t");
  }
}

/// Reads one value that other hands wrote.
template <class T>
T read_odd(const std::string& type, const std::string& literal) {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute_script(
      "CREATE TABLE t (v " + type + "); INSERT INTO t VALUES (" + literal + ")", "odd.sql");
  return *find_one(*database, "SELECT v FROM t", {}, [](const Row& row) { return row.get<T>(0); });
}

TEST_CASE("values that other hands wrote are read where their meaning is plain") {
  CHECK(read_odd<Uuid>("char(32)", "'0199A1B2-c3d4-7000-8000-0000000000ff'") ==
        uuid("0199a1b2c3d4700080000000000000ff"));
  CHECK_FALSE(read_odd<bool>("bool", "2"));
  CHECK_FALSE(read_odd<bool>("bool", "'true'"));
  CHECK_FALSE(read_odd<bool>("bool", "'abc'"));
  CHECK(read_odd<bool>("bool", "1"));
  CHECK(read_odd<bool>("bool", "'1'"));  // NUMERIC affinity makes a number of it
  CHECK(read_odd<Decimal>("decimal", "3").millionths == 3'000'000);
  CHECK(read_odd<Decimal>("decimal", "0.1").millionths == 100'000);
  CHECK(read_odd<Decimal>("decimal", "'0.003000'").millionths == 3'000);
  CHECK(read_odd<Timestamp>("datetime", "'2026-10-01 12:00:00.5'") == at("2026-10-01T12:00:00.5Z"));
  CHECK(read_odd<Timestamp>("datetime", "'2026-10-01 14:00:00+02:00'") ==
        at("2026-10-01T12:00:00Z"));
}

TEST_CASE("a value that cannot be what its column says is damage, with its column and content") {
  struct Case {
    std::string type;
    std::string literal;
    void (*read)(const std::string&, const std::string&);
    std::string message;
  };
  const Case cases[] = {
      {"char(32)", "'123'", [](auto& t, auto& l) { read_odd<Uuid>(t, l); },
       "column v holds '123', which is no UUID"},
      {"datetime", "'yesterday'", [](auto& t, auto& l) { read_odd<Timestamp>(t, l); },
       "column v holds 'yesterday', which is no time"},
      {"datetime", "1759320000", [](auto& t, auto& l) { read_odd<Timestamp>(t, l); },
       "column v holds '1759320000', which is no time"},
      {"decimal", "'free'", [](auto& t, auto& l) { read_odd<Decimal>(t, l); },
       "column v holds 'free', which is no decimal"},
      {"decimal", "1e300", [](auto& t, auto& l) { read_odd<Decimal>(t, l); },
       "column v holds '1.0e+300', which is no decimal"},
      {"integer", "'many'", [](auto& t, auto& l) { read_odd<std::int64_t>(t, l); },
       "column v holds 'many', which is no whole number"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.literal);
    const Error error = error_from([&] { c.read(c.type, c.literal); });
    CHECK(error.kind == ErrorKind::damaged);
    CHECK(error.what() == c.message);
  }
}

TEST_CASE("text is stored byte for byte") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE t (v text)");
  for (const std::string text : {"", "\u00e9\U0001F600", "a'b\"c\\", "line\r\nline", "\x1b[31m"}) {
    database->execute("INSERT INTO t (v) VALUES (?1)", {text});
    CHECK(*find_one(*database, "SELECT v FROM t", {}, [](const Row& r) { return r.text(0); }) ==
          text);
    database->execute("DELETE FROM t");
  }
}

}  // namespace
}  // namespace llmctl::storage
