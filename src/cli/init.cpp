#include "admin/template_cache.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "cli/seed_paths.h"
#include "migration/migrate.h"
#include "output/setup_report.h"
#include "seeding/fingerprint.h"
#include "seeding/seeding.h"

namespace llmctl::cli {
namespace {

struct InitOptions : PathOptions {
  std::optional<std::string> template_cache;
};

/// Migrates and seeds one database.
admin::TemplateFacts set_up(storage::Database& database, const seeding::SeedSet& set,
                            Context& context) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  const auto migrated = migration::up(database, {}, context.clock());
  const auto seeded = seeding::apply(database, set, {context.clock().now(), context.actor()});
  return {number(migrated.applied.size()), number(seeded.created), number(seeded.updated),
          number(seeded.unchanged)};
}

/// What decides how a new database turns out, and the templates for it.
class Templates {
 public:
  Templates(const std::string& directory, const PathOptions& options, Context& context)
      : cache_(directory),
        context_(context),
        sources_(sources_of(options)),
        key_(seeding::fingerprint(sources_, {"actor=" + context.actor()})) {}

  /// Nothing when there is no such template yet.
  std::optional<admin::TemplateFacts> copy(const std::filesystem::path& target) const {
    if (auto facts = cache_.copy(key_, target)) return facts;
    const std::string included = cache_.note(key_);
    if (included.empty()) return std::nullopt;
    const auto key = seeding::fingerprint_with_listed(key_, sources_, included);
    return key ? cache_.copy(*key, target) : std::nullopt;
  }

  admin::TemplateFacts build_and_copy(const std::filesystem::path& target) const {
    const seeding::SeedSet set = seeding::load(sources_);
    std::string key = key_;
    if (!set.included.empty()) {
      key = seeding::fingerprint_with_included(key_, set);
      cache_.write_note(key_, seeding::list_included(sources_, set));
    }
    cache_.build(key, [&](const std::filesystem::path& file) { return fill(file, set); });
    if (const auto facts = cache_.copy(key, target)) return *facts;
    throw Error(ErrorKind::failed, "the template was removed before it could be copied",
                "run the command again");
  }

 private:
  admin::TemplateFacts fill(const std::filesystem::path& file, const seeding::SeedSet& set) const {
    storage::OpenOptions options;
    options.access = storage::Access::create;
    const auto database =
        storage::open_database({storage::Location::Engine::sqlite, file, file}, options);
    return set_up(*database, set, context_);
  }

  admin::TemplateCache cache_;
  Context& context_;
  std::vector<seeding::SeedSource> sources_;
  std::string key_;
};

void init_from_template(const InitOptions& options, Context& context) {
  const std::filesystem::path target = context.new_file();
  admin::require_new_target(target);
  const Templates templates(*options.template_cache, options, context);
  const auto copied = templates.copy(target);
  const auto facts = copied ? *copied : templates.build_and_copy(target);
  context.set_made_file();
  context.print(output::init_report(facts, copied ? "hit" : "built"));
}

void init(const InitOptions& options, Context& context) {
  if (options.template_cache) return init_from_template(options, context);
  const seeding::SeedSet set = seeding::load(sources_of(options));
  const auto facts = set_up(context.database(storage::Access::create), set, context);
  context.print(output::init_report(facts, std::nullopt));
}

}  // namespace

void build_init(Noun& noun) {
  auto& verb = noun.alone<InitOptions>(init);
  add_paths(verb.app, verb.options);
  verb.app
      .add_option("--template-cache", verb.options.template_cache,
                  "make the database once, keep it in this directory and copy it from there")
      ->type_name(value::file);
}

}  // namespace llmctl::cli
