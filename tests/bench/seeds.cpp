#include "seeds.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <fstream>

#include "comparisons.h"

namespace llmctl::bench {
namespace {

namespace fs = std::filesystem;

constexpr int peak_target = 64;
constexpr int few_runs = 3;  // of seconds each

/// A fresh copy of a migrated database under this name.
std::function<void()> migrated(const Workplace& workplace, const std::string& database) {
  workplace.remove("model.db");
  run(workplace.llmctl("model.db", {"migrate"}));
  return [&workplace, database] {
    workplace.remove(database);
    fs::copy_file(workplace.file("model.db"), workplace.file(database));
  };
}

/// Writes the script that inserts what `llmctl seed` inserted. The shell does it: this program
/// would have to hold all rows, and its memory counts as that of the processes it starts.
void write_inserts(const Workplace& workplace, const std::string& seeded,
                   const std::string& script) {
  std::string dump = ".print PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;\n";
  for (const char* table : {"llm_providers", "llmctl_revisions", "llmctl_seed_objects"}) {
    dump += fmt::format(".mode insert {0}\nSELECT * FROM {0};\n", table);
  }
  dump += ".print COMMIT;\n";
  run(workplace.shell(seeded, "dump.sql", dump), workplace.file(script));
}

}  // namespace

void write_yaml_seeds(const fs::path& path, int objects) {
  std::ofstream file(path);
  file << "llmctl: seed/1\nset: bulk\n\nllm_providers:\n";
  for (int i = 1; i <= objects; ++i) {
    fmt::print(file,
               "  p-{0:06}:\n"
               "    name: Provider {0:06}\n"
               "    provider_type: custom\n"
               "    description: Local dummy model for development and testing.\n"
               "    is_active: true\n"
               "    requires_polling: false\n"
               "    supports_streaming: false\n"
               "    max_tokens: 4096\n"
               "    configuration: {{}}\n\n",
               i);
  }
}

void write_json_lines_seeds(const fs::path& path, int objects) {
  std::ofstream file(path);
  file << R"({"llmctl":"seed/1","set":"bulk"})" << '\n';
  for (int i = 1; i <= objects; ++i) {
    fmt::print(file,
               R"({{"llm_providers":{{"p-{0:06}":{{"name":"Provider {0:06}",)"
               R"("provider_type":"custom",)"
               R"("description":"Local dummy model for development and testing.",)"
               R"("is_active":true,"requires_polling":false,"supports_streaming":false,)"
               R"("max_tokens":4096,"configuration":{{}}}}}}}})"
               "\n",
               i);
  }
}

Comparison seed_from_yaml(const Workplace& workplace) {
  const int objects = workplace.options().objects;
  const fs::path seeds = workplace.file("bulk.yaml");
  write_yaml_seeds(seeds, objects);
  return {fmt::format("seed apply, {} objects from YAML", objects),
          "yaml-cpp, parsing alone",
          2,
          {migrated(workplace, "bulk.db"), {workplace.llmctl("bulk.db", {"seed", "apply", seeds})}},
          {{}, {{{LLMCTL_BARE_YAML, seeds}}}},
          peak_target,
          few_runs};
}

Comparison seed_from_json_lines(const Workplace& workplace) {
  const int objects = workplace.options().objects;
  const fs::path seeds = workplace.file("bulk.jsonl");
  write_json_lines_seeds(seeds, objects);
  const auto prepare = migrated(workplace, "bulk.db");
  prepare();
  const Command apply = workplace.llmctl("bulk.db", {"seed", "apply", seeds});
  run(apply);
  write_inserts(workplace, "bulk.db", "inserts.sql");
  return {"the same from JSON Lines",
          "sqlite3, same inserts, one transaction",
          1,
          {prepare, {apply}},
          {migrated(workplace, "floor.db"), {workplace.shell("floor.db", "inserts.sql")}},
          peak_target,
          few_runs};
}

}  // namespace llmctl::bench
