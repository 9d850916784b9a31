#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/sha256.h"
#include "base/signals.h"
#include "model/field_values.h"
#include "seeding/checks.h"
#include "seeding/fixture.h"
#include "seeding/item.h"
#include "seeding/plan.h"
#include "seeding/prune.h"
#include "storage/history.h"
#include "storage/revisions.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

/// Goes through a set, and plans or also writes.
class Walk {
 public:
  enum class Mode {
    plan,                     ///< stops before it would prune: what can go depends on all writes
    stop_before_first_write,  ///< of any kind
    write
  };

  Walk(storage::Database& database, const SeedSet& set, const ApplyOptions& options, Mode mode)
      : database_(database),
        set_(set),
        options_(options),
        mode_(mode),
        adopted_(!options.plan.take_over && storage::is_adopted(database)),
        reason_(fmt::format("seed {}", fmt::join(set.names, ", "))),
        before_reason_("as it was before " + reason_),
        change_{options.now, options.actor, reason_} {
    plan_.seed_sets = set.names;
    // A plan to do nothing is a plan, too.
    if (wants_digest()) plan_.digest = sha256_hex({});
    plan_.prune_digest = sha256_hex({});
    for (const auto kind : {model::kind_of<LlmProvider>, model::kind_of<Agent>,
                            model::kind_of<Tool>, model::kind_of<ConversationFixture>}) {
      total_ += static_cast<std::size_t>(storage::count_staged(*set.staging, kind));
      may_be_unnamed_ |= storage::has_seed_objects(database, kind);
    }
  }

  /// False when it stopped early.
  [[nodiscard]] bool run() {
    if (mode_ != Mode::stop_before_first_write) require_sound(set_, known_in(database_));
    return walk<LlmProvider>() && walk<Tool>() && walk<Agent>() && walk<ConversationFixture>() &&
           prune();
  }

  SeedPlan take() {
    require_permitted();
    return std::move(plan_);
  }

  /// In a mode that does not stop.
  SeedPlan finish() {
    static_cast<void>(run());
    return take();
  }

 private:
  template <class Record>
  bool walk() {
    const Before before = look_before<Record>(database_);
    return storage::visit_staged<Record>(*set_.staging, [&](storage::Staged<Record>&& object) {
      throw_if_interrupted();
      const SeedFile& file = set_.files.at(static_cast<std::size_t>(object.first.file));
      if (!take_item(compare(database_, std::move(object), file, before))) return false;
      if (options_.plan.progress) options_.plan.progress(plan_.changes.size(), total_);
      return true;
    });
  }

  template <class AnyItem>
  bool take_item(const AnyItem& item) {
    const auto& compared = item.compared;
    const bool foreign = adopted_ && compared.live && !compared.applied && !is_owned(compared);
    const Decision decision = decide(compared, options_.plan.on_drift, foreign);
    const auto ownership = foreign ? std::nullopt : new_ownership(item, decision);
    const bool writes = decision.action == Action::create || decision.action == Action::update;
    if ((writes || ownership) && mode_ == Mode::stop_before_first_write) return false;
    plan_.writes |= writes || ownership.has_value();
    note(item, decision);
    if (mode_ != Mode::write) return true;
    if (writes) write(item, decision);
    if (ownership && compared.applied) storage::update_seed_object(database_, *ownership);
    if (ownership && !compared.applied) storage::insert_seed_object(database_, *ownership);
    return true;
  }

  template <class Record>
  bool is_owned(const Comparison<Record>& object) {
    if (!seed_sets_) seed_sets_ = storage::seed_sets(database_);
    return std::ranges::any_of(*seed_sets_, [&](const std::string& seed_set) {
      return storage::find_seed_object(database_, seed_set, model::kind_of<Record>,
                                       object.desired.id)
          .has_value();
    });
  }

  /// What is to be remembered of the object, unless it is already.
  template <class AnyItem>
  std::optional<storage::SeedObject> new_ownership(const AnyItem& item, const Decision& decision) {
    const auto& compared = item.compared;
    JsonText wanted{model::fields_text(compared.desired, compared.named)};
    if (compared.applied && same_json(compared.applied->applied, wanted)) return std::nullopt;
    return storage::SeedObject{item.seed_set,       std::string(kind_of(compared)),
                               compared.desired.id, decision.action == Action::create,
                               std::move(wanted),   options_.now};
  }

  template <class Record>
  static std::string_view kind_of(const Comparison<Record>&) {
    return model::kind_of<Record>;
  }

  template <class AnyItem>
  void note(const AnyItem& item, const Decision& decision) {
    const auto& compared = item.compared;
    if (decision.action == Action::drifted && !compared.live)
      deleted_.emplace(kind_of(compared), compared.desired.id);
    if (!deleted_.empty() && decision.written != 0) {
      std::decay_t<decltype(compared.desired)> written;
      written.id = compared.desired.id;
      model::copy_fields(written, wanted(item), decision.written);
      require_references(written);
    }
    has_drift_ |= decision.action == Action::drifted ||
                  (decision.action == Action::update && decision.kept != 0);
    if (decision.action != Action::unchanged && wants_digest())
      plan_.digest = sha256_hex(plan_.digest + digest_line(compared, decision));
    add(describe(compared, decision, options_.plan.values_of_new));
  }

  /// Nobody compares that of an apply that follows no plan.
  bool wants_digest() const { return options_.for_plan || !options_.digest.empty(); }

  void add(Change change) {
    ++plan_.counts[static_cast<std::size_t>(change.action)];
    plan_.changes.push_back(std::move(change));
  }

  /// What was deleted in the database and stays so cannot be referred to.
  void require_references(const Agent& agent) {
    if (agent.default_llm)
      require_reference(agent.id, model::kind_of<LlmProvider>, *agent.default_llm);
    for (const auto& relation : model::relations<Agent>) {
      for (const std::string& id : agent.*relation.member)
        require_reference(agent.id, relation.target_kind, id);
    }
  }
  void require_references(const LlmProvider&) {}
  void require_references(const Tool&) {}
  void require_references(const ConversationFixture& fixture) {
    if (fixture.agent) require_reference(fixture.id, model::kind_of<Agent>, *fixture.agent);
    if (fixture.llm) require_reference(fixture.id, model::kind_of<LlmProvider>, *fixture.llm);
    for (const auto& [kind, id] : references_of_messages(fixture))
      require_reference(fixture.id, kind, id);
  }
  void require_reference(const std::string& from, std::string_view kind, const std::string& id) {
    if (!deleted_.contains({kind, id})) return;
    throw Error(ErrorKind::invalid_data,
                fmt::format("'{}' refers to '{}', which somebody deleted from {}", from, id, kind),
                "--on-drift overwrite makes it again");
  }

  template <class Record>
  void write(const Item<Record>& item, const Decision& decision) {
    const auto& compared = item.compared;
    Record after = compared.live.value_or(Record{});
    after.id = compared.desired.id;
    model::copy_fields(after, compared.desired, decision.written);
    after.updated_at = options_.now;
    if (compared.live) {
      storage::record_found(database_, *compared.live, options_.now);
      storage::update(database_, *compared.live, after);
      storage::record_change(database_, after, change_);
    } else {
      after.created_at = options_.now;
      storage::insert(database_, after);
      storage::record_creation(database_, after, change_);
    }
  }

  void write(const FixtureItem& item, const Decision& decision) {
    const bool lived = item.compared.live.has_value();
    ConversationFixture after = lived ? item.live : item.whole;
    model::copy_fields(after, item.whole, decision.written);
    const bool rewritten = (decision.written & model::bit_of<ConversationFixture>("messages")) != 0;
    const Uuid id = *parse_uuid(after.id);
    if (lived) record_conversation(database_, id, {change_.at, change_.actor, before_reason_});
    write_fixture(database_, after, lived ? std::optional(item.live) : std::nullopt,
                  rewritten ? item.dropped : std::vector<Uuid>{});
    if (lived) record_conversation(database_, id, change_);
  }

  bool prune() {
    const PruneList unnamed = may_be_unnamed_ ? list_unnamed(database_, set_) : PruneList{};
    if (!options_.plan.prune) {
      plan_.prunable = unnamed.candidates.size();
      return true;
    }
    if (unnamed.candidates.empty() && unnamed.released.empty()) return true;
    if (mode_ != Mode::write) return false;
    for (const SetObject& object : unnamed.released)
      storage::forget_seed_object(database_, object.seed_set, object.kind, object.id);
    plan_.writes |= !unnamed.released.empty();
    if (unnamed.candidates.empty()) return true;
    Pruner pruner(database_, options_.plan.on_drift, change_);
    for (const SetObject& object : unnamed.candidates) {
      throw_if_interrupted();
      note(pruner.prune(object));
    }
    return true;
  }

  void note(Pruned&& pruned) {
    const Change& change = pruned.change;
    plan_.writes |= change.action == Action::prune;
    has_drift_ |= change.action == Action::drifted;
    const std::string line = fmt::format("{} {} {} {}\n", action_name(change.action), change.kind,
                                         change.id, pruned.state);
    if (change.action == Action::prune) plan_.prune_digest = sha256_hex(plan_.prune_digest + line);
    if (wants_digest()) plan_.digest = sha256_hex(plan_.digest + line);
    add(std::move(pruned.change));
  }

  /// Throws for what must not be done although it could be.
  void require_permitted() const {
    if (options_.plan.refuse_unowned && plan_.count(Action::unowned) > 0) {
      throw refusal(Action::unowned,
                    "the backend made this database, and no seed set owns what the files would "
                    "overwrite",
                    "--take-over overwrites it, and keeps each object as a revision first");
    }
    if (options_.plan.on_drift == OnDrift::fail && has_drift_) {
      throw refusal(Action::drifted, "somebody changed in the database what the seed files set",
                    "llmctl seed plan shows it; --on-drift keep or overwrite goes on");
    }
    if (!options_.digest.empty() && plan_.digest != options_.digest) {
      throw Error(ErrorKind::refused, "the database has changed since the plan was made",
                  "make and read a new plan");
    }
    if (!options_.prune_digest.empty() && plan_.prune_digest != options_.prune_digest) {
      throw Error(ErrorKind::refused,
                  "what would be deleted has changed since somebody said yes to it",
                  "run the command again, or say --yes to whatever there is to prune");
    }
  }

  Error refusal(Action action, std::string_view why, std::string hint) const {
    std::vector<std::string> names;
    for (const Change& change : plan_.changes) {
      const bool drifted = std::ranges::any_of(change.fields, &FieldChange::kept);
      if (change.action == action || (action == Action::drifted && drifted))
        names.push_back(fmt::format("{} '{}'", change.kind, change.id));
    }
    constexpr std::size_t shown = 20;
    const std::string more =
        names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "";
    names.resize(std::min(names.size(), shown));
    return {ErrorKind::refused, fmt::format("{}: {}{}", why, fmt::join(names, ", "), more),
            std::move(hint)};
  }

  storage::Database& database_;
  const SeedSet& set_;
  const ApplyOptions& options_;
  Mode mode_;
  bool adopted_;
  std::string reason_;
  std::string before_reason_;
  storage::Change change_;
  SeedPlan plan_;
  std::size_t total_ = 0;
  bool has_drift_ = false;
  bool may_be_unnamed_ = false;  ///< a set has applied something before this walk
  std::optional<std::vector<std::string>> seed_sets_;  ///< of the database, once somebody asked
  std::set<std::pair<std::string_view, std::string>> deleted_;
};

}  // namespace

std::string_view action_name(Action action) {
  constexpr std::array<std::string_view, action_count> names{
      "create", "update", "unchanged", "drifted", "prune", "protected", "unowned"};
  return names.at(static_cast<std::size_t>(action));
}

bool SeedPlan::differs() const {
  return count(Action::unchanged) + count(Action::protect) != changes.size() || prunable > 0;
}

SeedPlan make_plan(storage::Database& database, const SeedSet& set, const PlanOptions& options) {
  ApplyOptions unwritten;
  unwritten.plan = options;
  unwritten.for_plan = true;
  {
    const storage::Snapshot snapshot(database);
    Walk walk(database, set, unwritten, Walk::Mode::plan);
    if (walk.run()) return walk.take();
  }
  // What may be pruned depends on everything that is written before; so it is, and then undone.
  const storage::Transaction undone(database);
  Walk walk(database, set, unwritten, Walk::Mode::write);
  return walk.finish();
}

SeedPlan apply(storage::Database& database, const SeedSet& set, const ApplyOptions& options) {
  {
    // Of one state: what another process commits in between must not look like drift.
    const storage::Snapshot snapshot(database);
    Walk look(database, set, options, Walk::Mode::stop_before_first_write);
    if (look.run()) return look.take();
  }
  storage::Transaction transaction(database);
  // Whoever held the lock before us may have changed anything: all is compared again.
  Walk walk(database, set, options, Walk::Mode::write);
  SeedPlan done = walk.finish();
  throw_if_interrupted();
  transaction.commit();
  return done;
}

}  // namespace llmctl::seeding
