#include "cli/schema.h"

#include "output/seed_report.h"
#include "seeding/json_schema.h"

namespace llmctl::cli {
namespace {

struct SchemaOptions {};

void schema(const SchemaOptions&, Context& context) {
  context.print(output::schema_report(seeding::json_schema()));
}

}  // namespace

void add_schema(Noun& noun) {
  noun.verb<SchemaOptions>("schema", "print the JSON Schema of a seed file, for editors", schema);
}

}  // namespace llmctl::cli
