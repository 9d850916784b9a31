#include "config/settings.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/support/chat.h"

namespace llmctl::config {
namespace {

using test::error_from;
using test::TemporaryDirectory;

/// An environment whose folders are all in one directory, so that no file of the machine counts.
Environment at_home(const TemporaryDirectory& directory, Environment more = {}) {
  more["HOME"] = directory.path().string();
  return more;
}

TEST_CASE("a flag comes before LLMCTL_DB, DATABASE_URL, the file and the default") {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write(".config/llmctl/config.yaml", "db: file.db\nformat: csv\n").string();
  chmod(file.c_str(), 0600);
  struct Case {
    std::map<std::string, std::string> flags;
    Environment environment;
    std::string value;
    std::string source;
  };
  const Case cases[] = {
      {{{"db", "flag.db"}},
       {{"LLMCTL_DB", "own.db"}, {"DATABASE_URL", "url.db"}},
       "flag.db",
       "--db"},
      {{}, {{"LLMCTL_DB", "own.db"}, {"DATABASE_URL", "url.db"}}, "own.db", "LLMCTL_DB"},
      {{}, {{"DATABASE_URL", "url.db"}}, "url.db", "DATABASE_URL"},
      {{}, {}, "file.db", file},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    const Settings settings(c.flags, at_home(directory, c.environment));
    CHECK(settings.database().value == c.value);
    CHECK(settings.database().source == c.source);
  }
  std::filesystem::remove(file);
  const Setting fallback = Settings({}, at_home(directory)).database();
  CHECK(fallback.value == (directory / ".local/share/llmctl/llmctl.db").string());
  CHECK(fallback.source == "default");
  const Setting elsewhere =
      Settings({}, at_home(directory, {{"XDG_DATA_HOME", "/data"}})).database();
  CHECK(elsewhere.value == "/data/llmctl/llmctl.db");
}

TEST_CASE("the other settings come from flag, variable or file, and DATABASE_URL is for db alone") {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("c.yaml", "format: csv\nlock_timeout: 5s\nactor: carl\n").string();
  chmod(file.c_str(), 0644);
  const Settings settings({{"config", file}, {"lock_timeout", "1s"}},
                          at_home(directory, {{"LLMCTL_FORMAT", "json"},
                                              {"LLMCTL_LOCK_TIMEOUT", "2s"},
                                              {"DATABASE_URL", "x.db"}}));
  CHECK(settings.find("lock_timeout")->value == "1s");
  CHECK(settings.find("lock_timeout")->source == "--lock-timeout");
  CHECK(settings.find("format")->value == "json");
  CHECK(settings.find("format")->source == "LLMCTL_FORMAT");
  CHECK(settings.find("actor")->source == file);
  CHECK(settings.actor() == "carl");
  CHECK_FALSE(settings.find("color"));
  CHECK_FALSE(settings.find("timeout"));
}

TEST_CASE("the configuration file is the one named, else the user's") {
  const TemporaryDirectory directory;
  const auto make = [&](const char* name) {
    const std::string path = directory.write(name, std::string("actor: ") + name + "\n").string();
    chmod(path.c_str(), 0600);
    return path;
  };
  const std::string flag = make("flag.yaml");
  const std::string variable = make("variable.yaml");
  make("xdg/llmctl/config.yaml");
  make(".config/llmctl/config.yaml");
  const Environment both = at_home(
      directory, {{"LLMCTL_CONFIG", variable}, {"XDG_CONFIG_HOME", (directory / "xdg").string()}});
  CHECK(Settings({{"config", flag}}, both).actor() == "flag.yaml");
  CHECK(Settings({}, both).actor() == "variable.yaml");
  CHECK(Settings({}, at_home(directory, {{"XDG_CONFIG_HOME", (directory / "xdg").string()}}))
            .actor() == "xdg/llmctl/config.yaml");
  CHECK(Settings({}, at_home(directory)).actor() == ".config/llmctl/config.yaml");

  const Error error = error_from([&] { Settings({{"config", "/no/such.yaml"}}, {}); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == std::string("there is no configuration file '/no/such.yaml'"));
}

TEST_CASE("a variable that is set but empty is an error") {
  const TemporaryDirectory directory;
  for (const std::string name : {"LLMCTL_DB", "DATABASE_URL"}) {
    CAPTURE(name);
    const Settings settings({}, at_home(directory, {{name, ""}}));
    const Error error = error_from([&] { settings.database(); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == "the variable " + name + " is set but empty");
    CHECK(error.hint == "give it a value, or unset " + name);
  }
  CHECK(error_from([&] {
          Settings({}, {{"LLMCTL_CONFIG", ""}});
        }).kind == ErrorKind::configuration);
  // Other programs' variables may be empty: that means unset.
  CHECK(Settings({}, at_home(directory, {{"XDG_DATA_HOME", ""}, {"CI", ""}})).database().source ==
        "default");
}

TEST_CASE("a misspelt variable is an error that names the one that was meant") {
  struct Case {
    std::string name;
    std::string meant;
  };
  const Case cases[] = {
      {"LLMCTL_DATABASE", "LLMCTL_DB"},
      {"LLMCTL_DATABASE_URL", "LLMCTL_DB"},
      {"LLMCTL_DB_URL", "LLMCTL_DB"},
      {"LLMCTL_URL", "LLMCTL_DB"},
      {"LLMCTL_BD", "LLMCTL_DB"},
      {"LLMCTL_FORMT", "LLMCTL_FORMAT"},
      {"LLMCTL_LOCKTIMEOUT", "LLMCTL_LOCK_TIMEOUT"},
      {"LLMCTL_COLOUR", "LLMCTL_COLOR"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Error error = error_from([&] { Settings({{"db", "x.db"}}, {{c.name, "v"}}); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == "llmctl does not know the variable " + c.name);
    CHECK(error.hint == "did you mean " + c.meant + "?");
  }
}

TEST_CASE("a variable of the user's own with llmctl's prefix is left alone") {
  const TemporaryDirectory directory;
  for (const std::string name : {"LLMCTL_VERSION", "LLMCTL_BIN", "LLMCTL_ENV", "LLMCTL_HOME",
                                 "LLMCTL_SHA", "LLMCTL_BINARY", "LLMCTLX"}) {
    CAPTURE(name);
    CHECK_NOTHROW(Settings({}, at_home(directory, {{name, "v"}})));
  }
}

TEST_CASE("without a database, a variable that looks like a misspelt one is an error") {
  const TemporaryDirectory directory;
  struct Case {
    std::string name;
    std::string meant;
  };
  const Case cases[] = {{"DATABASE_URI", "DATABASE_URL"},
                        {"DATABSE_URL", "DATABASE_URL"},
                        {"database_url", "DATABASE_URL"},
                        {"LLMCLT_DB", "LLMCTL_DB"},
                        {"LLM_CTL_DB", "LLMCTL_DB"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Settings settings({}, at_home(directory, {{c.name, "v"}}));
    const Error error = error_from([&] { settings.database(); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == "no database is named, but the variable " + c.name + " is set");
    CHECK(error.hint == "did you mean " + c.meant + "?");
    CHECK(Settings({{"db", "x.db"}}, at_home(directory, {{c.name, "v"}})).database().value ==
          "x.db");
  }
}

TEST_CASE("under CI the default database is refused, a named one is not") {
  const TemporaryDirectory directory;
  for (const std::string value : {"true", "1", "false"}) {
    const Environment environment = at_home(directory, {{"CI", value}});
    const Error error = error_from([&] { Settings({}, environment).database(); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.hint == "set LLMCTL_DB or DATABASE_URL, or give --db");
    CHECK(Settings({{"db", "x.db"}}, environment).database().value == "x.db");
  }
  CHECK(error_from([] { Settings({}, {}).database(); }).kind == ErrorKind::configuration);
}

TEST_CASE("a configuration file that others may write is refused") {
  const TemporaryDirectory directory;
  const std::string file = directory.write("c.yaml", "format: csv\n").string();
  for (const mode_t mode : {0620, 0602, 0666}) {
    chmod(file.c_str(), mode);
    const Error error = error_from([&] { Settings({{"config", file}}, {}); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == "'" + file + "' may be written by others");
    CHECK(error.hint == "chmod go-w " + file);
  }
  chmod(file.c_str(), 0644);
  CHECK(Settings({{"config", file}}, {}).find("format")->value == "csv");
}

TEST_CASE("every mistake in the configuration file is shown at its place") {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("c.yaml", "format: csv\nlock_timout: 5s\nactor: [ada]\n").string();
  chmod(file.c_str(), 0600);
  const Error error = error_from([&] { Settings({{"config", file}}, {}); });
  CHECK(error.kind == ErrorKind::invalid_data);
  REQUIRE(error.details.size() == 2);
  CHECK(error.details[0].file == file);
  CHECK(error.details[0].line == 2);
  CHECK(error.details[0].column == 1);
  CHECK_THAT(error.details[0].message, Catch::Contains("lock_timout"));
  CHECK_THAT(error.details[0].message, Catch::Contains("lock_timeout"));
  CHECK(error.details[1].line == 3);
}

TEST_CASE("an empty configuration file says nothing") {
  const TemporaryDirectory directory;
  for (const std::string text : {"", "# nothing yet\n"}) {
    const std::string file = directory.write("c.yaml", text).string();
    chmod(file.c_str(), 0600);
    CHECK_FALSE(Settings({{"config", file}}, {}).find("db"));
  }
}

TEST_CASE("who acts is the setting, else the user's name") {
  CHECK(Settings({{"actor", "eve"}}, {{"LLMCTL_ACTOR", "ada"}}).actor() == "eve");
  CHECK(Settings({}, {{"LLMCTL_ACTOR", "ada"}}).actor() == "ada");
  CHECK_FALSE(Settings({}, {}).actor().empty());
}

}  // namespace
}  // namespace llmctl::config
