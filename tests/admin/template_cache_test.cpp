#include "admin/template_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

#include "base/error.h"
#include "tests/support/chat.h"

namespace llmctl::admin {
namespace {

namespace fs = std::filesystem;
using test::error_from;
using test::read_file;
using test::TemporaryDirectory;

const TemplateFacts facts{3, 8, 1, 2};

/// A cache in a directory of its own, and databases that are any bytes.
struct Fixture {
  TemporaryDirectory directory;
  fs::path cache_directory = directory / "deep/cache";
  TemplateCache cache{cache_directory};
  int built = 0;

  void build(const std::string& key, const std::string& bytes) {
    cache.build(key, [&](const fs::path& file) {
      ++built;
      std::ofstream(file, std::ios::binary) << bytes;
      return facts;
    });
  }
  fs::path file_of(const std::string& key) const { return cache_directory / (key + ".db"); }
  fs::path target() const { return directory / "copy.db"; }
};

std::string some_bytes(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * i % 251);
  return bytes;
}

TEST_CASE("a copy is what was built, and tells what building it did") {
  for (const std::size_t size : {1U, 31U, 32U, 4096U, 262143U, 262144U, 700001U}) {
    INFO(size);
    Fixture fixture;
    CHECK_FALSE(fixture.cache.copy("key", fixture.target()));
    fixture.build("key", some_bytes(size));
    const auto copied = fixture.cache.copy("key", fixture.target());
    REQUIRE(copied);
    CHECK(copied->migrations_applied == 3);
    CHECK(copied->created == 8);
    CHECK(copied->updated == 1);
    CHECK(copied->unchanged == 2);
    CHECK(read_file(fixture.target()) == some_bytes(size));
    CHECK_FALSE(fixture.cache.copy("other", fixture.directory / "other.db"));
  }
}

TEST_CASE("cache and copies are for their owner alone") {
  Fixture fixture;
  fixture.build("key", "bytes");
  fixture.cache.copy("key", fixture.target());
  const auto mode_of = [](const fs::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
  };
  CHECK(mode_of(fixture.cache_directory) == 0700);
  CHECK(mode_of(fixture.file_of("key")) == 0600);
  CHECK(mode_of(fixture.target()) == 0600);
}

TEST_CASE("a template that is not what was built is no template") {
  const std::string whole = [] {
    Fixture fixture;
    fixture.build("key", some_bytes(9000));
    return read_file(fixture.file_of("key"));
  }();
  struct Case {
    std::string what;
    std::string bytes;
  };
  std::vector<Case> cases{{"empty", ""},
                          {"foreign", "SQLite format 3"},
                          {"a database without a trailer", some_bytes(9000)},
                          {"something after it", whole + " "},
                          {"a trailer alone", whole.substr(9000)}};
  for (const std::size_t size : {1U, 100U, 4096U, 8999U, 9000U, 9127U})
    cases.push_back({"cut off at " + std::to_string(size), whole.substr(0, size)});
  for (const std::size_t at : {0U, 31U, 32U, 4096U, 8991U, 8999U, 9001U, 9030U, 9060U, 9127U}) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    cases.push_back({"one bit changed at " + std::to_string(at), flipped});
  }
  for (const Case& c : cases) {
    INFO(c.what);
    Fixture fixture;
    fixture.build("key", some_bytes(9000));
    std::ofstream(fixture.file_of("key"), std::ios::binary | std::ios::trunc) << c.bytes;
    CHECK_FALSE(fixture.cache.copy("key", fixture.target()));
    CHECK_FALSE(fs::exists(fixture.target()));
    fixture.build("key", some_bytes(9000));
    CHECK(fixture.cache.copy("key", fixture.target()));
  }
}

TEST_CASE("a link, a directory or a file that others may write is no template") {
  Fixture fixture;
  fixture.build("key", "bytes");
  fs::create_symlink(fixture.file_of("key"), fixture.file_of("link"));
  CHECK_FALSE(fixture.cache.copy("link", fixture.target()));
  fs::create_directory(fixture.file_of("directory"));
  CHECK_FALSE(fixture.cache.copy("directory", fixture.target()));
  fs::permissions(fixture.file_of("key"), fs::perms::others_write, fs::perm_options::add);
  CHECK_FALSE(fixture.cache.copy("key", fixture.target()));
}

TEST_CASE("a cache that others may write to is refused") {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "open");
  fs::permissions(directory / "open", fs::perms::all);
  const Error error = error_from([&] { TemplateCache{directory / "open"}; });
  CHECK(error.kind == ErrorKind::refused);
  CHECK_THAT(error.hint, Catch::Contains("chmod go-w"));
  directory.write("file", "");
  CHECK(error_from([&] { TemplateCache{directory / "file"}; }).kind == ErrorKind::io);
}

TEST_CASE("a copy replaces nothing that has content") {
  Fixture fixture;
  fixture.build("key", "bytes");
  const auto refused = [&](const std::string& name) {
    const Error error = error_from([&] { fixture.cache.copy("key", fixture.directory / name); });
    CHECK(error.kind == ErrorKind::refused);
  };
  fixture.directory.write("used.db", "x");
  refused("used.db");
  fixture.directory.write("wal.db-wal", "x");
  refused("wal.db");
  fixture.directory.write("journal.db-journal", "x");
  refused("journal.db");
  fs::create_directory(fixture.directory / "directory.db");
  refused("directory.db");
  CHECK(read_file(fixture.directory / "used.db") == "x");
  // As mktemp leaves it.
  fixture.directory.write("empty.db", "");
  CHECK(fixture.cache.copy("key", fixture.directory / "empty.db"));
  CHECK(read_file(fixture.directory / "empty.db") == "bytes");
}

TEST_CASE("a builder that fails leaves no template, and what killed ones left is cleared away") {
  Fixture fixture;
  CHECK_THROWS_AS(fixture.cache.build("key",
                                      [](const fs::path& file) -> TemplateFacts {
                                        std::ofstream(file) << "half";
                                        throw Error(ErrorKind::io, "disk full");
                                      }),
                  Error);
  CHECK(fs::is_empty(fixture.cache_directory));
  const auto leave = [&](const std::string& name, std::chrono::minutes age) {
    std::ofstream(fixture.cache_directory / name) << "x";
    fs::last_write_time(fixture.cache_directory / name, fs::file_time_type::clock::now() - age);
    return fixture.cache_directory / name;
  };
  const auto old = leave(".key.db.0123.tmp", std::chrono::minutes(90));
  const auto old_log = leave(".key.db.0123.tmp-wal", std::chrono::minutes(90));
  const auto young = leave(".key.db.4567.tmp", std::chrono::minutes(1));
  const auto other = leave("notes.tmp", std::chrono::minutes(90));
  fixture.build("key", "bytes");
  CHECK_FALSE(fs::exists(old));
  CHECK_FALSE(fs::exists(old_log));
  CHECK(fs::exists(young));
  CHECK(fs::exists(other));
}

TEST_CASE("a template that was not closed is not kept") {
  Fixture fixture;
  const Error error = error_from([&] {
    fixture.cache.build("key", [](const fs::path& file) {
      std::ofstream(file.string() + "-wal") << "pages";
      return facts;
    });
  });
  CHECK(error.kind == ErrorKind::internal);
  CHECK_FALSE(fixture.cache.copy("key", fixture.target()));
}

TEST_CASE("a note belongs to its key") {
  Fixture fixture;
  CHECK(fixture.cache.note("key") == "");
  fixture.cache.write_note("key", std::string("0 a.md\0001 b.md\0", 14));
  CHECK(fixture.cache.note("key") == std::string("0 a.md\0001 b.md\0", 14));
  CHECK(fixture.cache.note("other") == "");
}

TEST_CASE("a directory of somebody else's is refused for what it is") {
  if (geteuid() != 0) {
    WARN("only root can give a directory away: the test has shown nothing here");
    return;
  }
  const TemporaryDirectory directory;
  const fs::path cache = directory / "cache";
  fs::create_directory(cache);
  REQUIRE(chown(cache.c_str(), 65534, 65534) == 0);
  const Error error = error_from([&] { TemplateCache{cache}; });
  CHECK(error.kind == ErrorKind::refused);
  CHECK_THAT(error.what(), Catch::Contains("belongs to another user"));
  CHECK(error.hint == "name a directory of your own");
}

TEST_CASE("a copy goes where a link leads, and keeps the mode of the empty file there") {
  Fixture fixture;
  fixture.build("key", "bytes");
  const fs::path link = fixture.directory / "link.db";
  fs::create_symlink("elsewhere/file.db", link);
  fs::create_directory(fixture.directory / "elsewhere");
  const fs::path file = fixture.directory / "elsewhere/file.db";
  SECTION("to a file") {
    std::ofstream{file};
    fs::permissions(file, fs::perms{0640});
    REQUIRE(fixture.cache.copy("key", link));
    CHECK(fs::status(file).permissions() == fs::perms{0640});
  }
  SECTION("to nothing yet") {
    REQUIRE(fixture.cache.copy("key", link));
    CHECK(fs::status(file).permissions() == fs::perms{0600});
  }
  CHECK(fs::is_symlink(link));
  CHECK(read_file(file) == "bytes");
}

}  // namespace
}  // namespace llmctl::admin
