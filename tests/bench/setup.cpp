#include <fmt/format.h>

#include "comparisons.h"
#include "database.h"

namespace llmctl::bench {
namespace {

/// What `llmctl migrate` writes into an empty file.
std::string migration_sql(const Workplace& workplace) {
  workplace.remove("migrated.db");
  const std::string script =
      output_of(workplace.llmctl("migrated.db", {"migrate", "sql"}), workplace.file("script.sql"));
  run(workplace.llmctl("migrated.db", {"migrate"}));
  return "PRAGMA auto_vacuum=INCREMENTAL;\nPRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n"
         "BEGIN IMMEDIATE;\n" +
         script + Database(workplace.file("migrated.db")).as_inserts("llmctl_migrations") +
         "COMMIT;\n";
}

/// What `llmctl seed` writes into a migrated file.
std::string seed_sql(const Workplace& workplace) {
  workplace.remove("seeded.db");
  run(workplace.llmctl("seeded.db", {"migrate"}));
  run(workplace.llmctl("seeded.db", {"seed"}));
  const Database seeded(workplace.file("seeded.db"));
  std::string writes = "PRAGMA foreign_keys=ON;\nPRAGMA synchronous=FULL;\nBEGIN IMMEDIATE;\n";
  for (const std::string& table :
       seeded.column("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                     "IN ('llmctl_migrations', 'sqlite_sequence')")) {
    writes += seeded.as_inserts(table);
  }
  return writes + "COMMIT;\n";
}

}  // namespace

Comparison version(const Workplace& workplace) {
  return {"llmctl --version",
          "sqlite3 --version",
          2,
          {{}, {{{workplace.options().llmctl, "--version"}}}},
          {{}, {{{workplace.options().sqlite3, "--version"}}}}};
}

Comparison migrate_missing(const Workplace& workplace) {
  return {"migrate, file missing",
          "sqlite3, same SQL, one transaction",
          2,
          {[&workplace] { workplace.remove("a.db"); }, {workplace.llmctl("a.db", {"migrate"})}},
          {[&workplace] { workplace.remove("b.db"); },
           {workplace.shell("b.db", "migration.sql", migration_sql(workplace))}}};
}

Comparison migrate_nothing(const Workplace& workplace) {
  run(workplace.llmctl("current.db", {"migrate"}));
  return {"migrate, nothing to do",
          "llmctl --version",
          1.5,
          {{}, {workplace.llmctl("current.db", {"migrate"})}},
          {{}, {{{workplace.options().llmctl, "--version"}}}}};
}

Comparison migrate_status(const Workplace& workplace) {
  run(workplace.llmctl("current.db", {"migrate"}));
  return {"migrate status, nothing to do",
          "llmctl --version",
          1.5,
          {{}, {workplace.llmctl("current.db", {"migrate", "status"})}},
          {{}, {{{workplace.options().llmctl, "--version"}}}}};
}

Comparison migrate_status_rows(const Workplace& workplace) {
  run(workplace.llmctl("current.db", {"migrate"}));
  return {"the same",
          "sqlite3, reading the same rows",
          1.2,
          {{}, {workplace.llmctl("current.db", {"migrate", "status"})}},
          {{},
           {workplace.shell("current.db", "status.sql",
                            "SELECT version, name, sha256, applied_at, tool_version, applied_by "
                            "FROM llmctl_migrations ORDER BY version;\n")}}};
}

Comparison template_hit(const Workplace& workplace) {
  const std::string templates = workplace.file("templates");
  const auto init = [&](const std::string& database) {
    return workplace.llmctl(database, {"init", "--template-cache", templates});
  };
  run(init("first.db"));
  return {"init from a template",
          "cp of the same file",
          3,
          {[&workplace] { workplace.remove("a.db"); }, {init("a.db")}},
          {[&workplace] { workplace.remove("b.db"); },
           {{{"/bin/cp", workplace.file("first.db"), workplace.file("b.db")}}}}};
}

Comparison migrate_and_seed(const Workplace& workplace) {
  return {"migrate && seed, file missing",
          "sqlite3, same writes, two processes",
          3,
          {[&workplace] { workplace.remove("a.db"); },
           {workplace.llmctl("a.db", {"migrate"}), workplace.llmctl("a.db", {"seed"})}},
          {[&workplace] { workplace.remove("b.db"); },
           {workplace.shell("b.db", "migration.sql", migration_sql(workplace)),
            workplace.shell("b.db", "seed.sql", seed_sql(workplace))}}};
}

}  // namespace llmctl::bench
