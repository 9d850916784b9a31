#include <catch2/catch.hpp>
#include <filesystem>

#include "base/error.h"
#include "storage/database.h"
#include "tests/support/chat.h"

namespace llmctl::storage {
namespace {

using test::error_from;

TEST_CASE("a database URL is a path, or names its engine") {
  const std::string here = std::filesystem::current_path().string();
  struct Case {
    std::string url;
    std::string path;
    std::string display;
  };
  const Case cases[] = {
      {"rel.db", "rel.db", here + "/rel.db"},
      {"./a/../rel.db", "./a/../rel.db", here + "/rel.db"},
      {"/abs.db", "/abs.db", "/abs.db"},
      {"sqlite:rel.db", "rel.db", here + "/rel.db"},
      {"sqlite:/abs.db", "/abs.db", "/abs.db"},
      {"sqlite:///rel.db", "rel.db", here + "/rel.db"},
      {"sqlite:////abs.db", "/abs.db", "/abs.db"},
      {"sqlite::memory:", ":memory:", "sqlite::memory:"},
      {":memory:", ":memory:", "sqlite::memory:"},
      {"a:b.db", "a:b.db", here + "/a:b.db"},
      {"SQLite:rel.db", "rel.db", here + "/rel.db"},
      {"SQLITE:////abs.db", "/abs.db", "/abs.db"},
      {"./file:rel.db", "./file:rel.db", here + "/file:rel.db"},
      {"./sqlite3:rel.db", "./sqlite3:rel.db", here + "/sqlite3:rel.db"},
      {"~rel.db", "~rel.db", here + "/~rel.db"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const Location location = parse_location(c.url);
    CHECK(location.engine == Location::Engine::sqlite);
    CHECK(location.path == c.path);
    CHECK(location.display == c.display);
  }
}

TEST_CASE("a database URL that llmctl does not know is refused") {
  struct Case {
    std::string url;
    std::string message;
    std::string hint = {};
  };
  const Case cases[] = {
      {"file:new.db", "'file:new.db' is a URI, which llmctl does not read",
       "write new.db, or ./file:new.db for a file of that name"},
      {"sqlite:file:new.db", "'file:new.db' is a URI, which llmctl does not read"},
      {"FILE:new.db?mode=ro", "'FILE:new.db?mode=ro' is a URI, which llmctl does not read"},
      {"file:///new.db", "unknown database scheme 'file'"},
      {"sqlite3:z.db", "'sqlite3:z.db' begins with an unknown scheme",
       "write sqlite:z.db, or ./sqlite3:z.db for a file of that name"},
      {"Postgres:z", "'Postgres:z' begins with an unknown scheme"},
      {"~/z.db",
       "'~/z.db' begins with a ~, which nobody has made a directory: a shell does, outside of "
       "quotes",
       "write $HOME/z.db, or ./~/z.db for a file of that name"},
      {"", "the database URL names no file"},
      {"sqlite:", "the database URL names no file"},
      {"sqlite:///", "the database URL names no file"},
      {"sqlite://host/x.db", "the sqlite: URL names a host, which SQLite has not"},
      {"mysql://root:secret@host/x", "unknown database scheme 'mysql'"},
      {"https://example.test/x", "unknown database scheme 'https'"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const Error error = error_from([&] { parse_location(c.url); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == c.message);
    CHECK_THAT(error.hint, Catch::Contains(c.hint));
  }
}

TEST_CASE("a PostgreSQL URL is kept as it is and shown without its password") {
  struct Case {
    std::string url;
    std::string display;
  };
  const Case cases[] = {
      {"postgres://host/db", "postgres://host/db"},
      {"postgresql://ada@host:5432/db", "postgresql://ada@host:5432/db"},
      {"postgresql://ada:secret@host:5432/db", "postgresql://ada:***@host:5432/db"},
      {"postgresql://ada:sec@ret@host/db", "postgresql://ada:***@host/db"},
      {"postgresql://ada:sec?ret@host/db", "postgresql://ada:***@host/db"},
      {"postgresql://ada:sec/ret@host/db", "postgresql://ada:***@host/db"},
      {"postgresql://ada:sec#ret@host/db", "postgresql://ada:***@host/db"},
      {"postgresql://host/db?user=ada&password=secret&sslmode=require",
       "postgresql://host/db?user=ada&password=***&sslmode=require"},
      {"postgresql://host/db?sslpassword=secret&password=secret",
       "postgresql://host/db?sslpassword=***&password=***"},
      {"postgresql://host/db?pass%77ord=secret&sslmode=require",
       "postgresql://host/db?pass%77ord=***&sslmode=require"},
      {"postgresql://host?user=a@b", "postgresql://host?user=a@b"},
      {"postgresql://host:1/db?user=a@b", "postgresql://host:***@b"},
      {"postgresql://u:pa?s=1@host/db", "postgresql://u:***@host/db"},
  };
  for (const Case& c : cases) {
    const Location location = parse_location(c.url);
    CHECK(location.engine == Location::Engine::postgres);
    CHECK(location.path == c.url);
    CHECK(location.display == c.display);
    const Error error = error_from([&] { open_database(location, {}); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), !Catch::Contains("secret"));
  }
}

}  // namespace
}  // namespace llmctl::storage
