#include <fmt/format.h>

#include "admin/template_cache.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "cli/seed_input.h"
#include "migration/migrate.h"
#include "output/setup_report.h"
#include "seeding/checks.h"
#include "seeding/fingerprint.h"
#include "seeding/plan.h"

namespace llmctl::cli {
namespace {

struct InitOptions : SeedInput {
  std::optional<std::string> template_cache;
};

/// Migrates and seeds one database.
admin::TemplateFacts set_up(storage::Database& database, const seeding::SeedSet& set,
                            bool refuse_unowned, Context& context) {
  const auto migrated = migration::up(database, {}, context.clock());
  seeding::require_sound(set, seeding::known_in(database));
  seeding::PlanOptions options;
  options.refuse_unowned = refuse_unowned;
  const auto seeded =
      seeding::apply(database, set, {options, context.clock().now(), context.actor(), {}});
  const std::size_t kept =
      seeded.count(seeding::Action::drifted) + seeded.count(seeding::Action::unowned);
  if (kept > 0)
    context.notify(
        fmt::format("{} kept as they are in the database; llmctl seed plan says why", kept));
  const auto count = [&](seeding::Action action) {
    return static_cast<std::int64_t>(seeded.count(action));
  };
  return {static_cast<std::int64_t>(migrated.applied.size()), count(seeding::Action::create),
          count(seeding::Action::update), count(seeding::Action::unchanged)};
}

/// What decides how a new database turns out, and the templates for it.
class Templates {
 public:
  Templates(const std::string& directory, const SeedInput& input, Context& context)
      : cache_(directory),
        context_(context),
        variables_(input.variables),
        sources_(sources_of(input)),
        settings_(settings_of(input, context)),
        key_(seeding::fingerprint(sources_, settings_)) {}

  /// Nothing when there is no such template yet.
  std::optional<admin::TemplateFacts> copy(const std::filesystem::path& target) const {
    if (auto facts = cache_.copy(key_, target)) return facts;
    const std::string included = cache_.note(key_);
    if (included.empty()) return std::nullopt;
    const auto key = seeding::fingerprint_with_listed(key_, sources_, included);
    return key ? cache_.copy(*key, target) : std::nullopt;
  }

  bool can_build() const { return cache_.is_writable(); }

  seeding::SeedSet load() {
    const seeding::Known nothing = seeding::nothing_known();
    seeding::SeedSet set = seeding::load(sources_, {&variables_, &nothing});
    notify_unused(variables_, context_);
    return set;
  }

  admin::TemplateFacts build_and_copy(const std::filesystem::path& target) {
    const seeding::SeedSet set = load();
    // A template of other texts than its key says would be found for ever after.
    if (seeding::fingerprint(sources_, settings_) != key_)
      throw Error(ErrorKind::failed, "a seed file was changed while it was read",
                  "run the command again");
    std::string key = key_;
    if (!set.included.empty()) {
      key = seeding::fingerprint_with_included(key_, set);
      cache_.write_note(key_, seeding::list_included(set));
    }
    cache_.build(key, [&](const std::filesystem::path& file) { return fill(file, set); });
    if (const auto facts = cache_.copy(key, target)) return *facts;
    throw Error(ErrorKind::failed, "the template was removed before it could be copied",
                "run the command again");
  }

 private:
  static std::vector<std::string> settings_of(const SeedInput& input, const Context& context) {
    std::vector<std::string> settings{"actor=" + context.actor()};
    for (const std::string& assignment : input.variables) settings.push_back("var=" + assignment);
    return settings;
  }

  admin::TemplateFacts fill(const std::filesystem::path& file, const seeding::SeedSet& set) const {
    storage::OpenOptions options;
    options.access = storage::Access::create;
    const auto database =
        storage::open_database({storage::Location::Engine::sqlite, file, file}, options);
    return set_up(*database, set, false, context_);
  }

  admin::TemplateCache cache_;
  Context& context_;
  seeding::Variables variables_;
  std::vector<seeding::SeedSource> sources_;
  std::vector<std::string> settings_;  ///< besides the sources, what a database depends on
  std::string key_;
};

void init_from_template(const InitOptions& options, Context& context) {
  const std::filesystem::path target = context.new_file();
  admin::require_new_target(target);
  Templates templates(*options.template_cache, options, context);
  const auto copied = templates.copy(target);
  if (!copied && !templates.can_build()) {
    context.notify(fmt::format("no template is made, because '{}' cannot be written",
                               *options.template_cache));
    const seeding::SeedSet set = templates.load();
    const auto facts = set_up(context.database(storage::Access::create), set, false, context);
    return context.print(output::init_report(facts, std::nullopt));
  }
  const auto facts = copied ? *copied : templates.build_and_copy(target);
  context.set_made_file();
  context.print(output::init_report(facts, copied ? "hit" : "built"));
}

void init(const InitOptions& options, Context& context) {
  if (options.template_cache) return init_from_template(options, context);
  // Of a database that is still to be made, everything is known before anything is done.
  const seeding::Known nothing = seeding::nothing_known();
  const seeding::SeedSet set =
      load_seeds(options, context.database_exists() ? nullptr : &nothing, context);
  const auto facts =
      set_up(context.database(storage::Access::create), set, !options.paths.empty(), context);
  context.print(output::init_report(facts, std::nullopt));
}

}  // namespace

void build_init(Noun& noun) {
  auto& verb = noun.alone<InitOptions>(init);
  add_seed_input(verb.app, verb.options);
  verb.app
      .add_option("--template-cache", verb.options.template_cache,
                  "make the database once, keep it in this directory and copy it from there")
      ->type_name(value::directory);
}

}  // namespace llmctl::cli
