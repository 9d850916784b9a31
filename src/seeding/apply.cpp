#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/sha256.h"
#include "model/field_values.h"
#include "seeding/checks.h"
#include "seeding/decide.h"
#include "seeding/fixture.h"
#include "seeding/plan.h"
#include "seeding/prune.h"
#include "storage/catalog.h"
#include "storage/history.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"
#include "storage/staging.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

/// Objects that are looked at together.
constexpr std::int64_t batch = 256;

/// One object, compared, with what writing it needs.
template <class Record>
struct Item {
  Comparison<Record> compared;
  std::string seed_set;
};

/// Where nothing was before the walk began, nothing is looked for: each object comes once.
struct Before {
  bool rows = true;
  bool applied = true;
};

template <class Record>
Before look_before(storage::Database& database) {
  return {storage::has_rows(database, model::kind_of<Record>),
          storage::has_seed_objects(database, model::kind_of<Record>)};
}

template <class Record>
void find_applied(storage::Database& database, Item<Record>& item, const Before& before) {
  if (!before.applied) return;
  item.compared.applied = storage::find_seed_object(database, item.seed_set, model::kind_of<Record>,
                                                    item.compared.desired.id);
}

template <class Record>
Item<Record> compare(storage::Database& database, storage::Staged<Record>&& staged,
                     const SeedFile& file, const Before& before) {
  Item<Record> item{{{}, {}, std::move(staged.record), staged.named}, file.seed_set};
  if (before.rows) item.compared.live = storage::find<Record>(database, item.compared.desired.id);
  find_applied(database, item, before);
  return item;
}

/// A conversation is compared by a summary of its messages, and written in full.
struct FixtureItem : Item<ConversationFixture> {
  ConversationFixture live;
  ConversationFixture whole;
  std::vector<Uuid> dropped;  ///< messages
};

FixtureItem compare(storage::Database& database, storage::Staged<ConversationFixture>&& staged,
                    const SeedFile& file, const Before& before) {
  FixtureItem item;
  item.seed_set = file.seed_set;
  item.whole = settled(staged.record, file);
  item.compared.desired = summarised(item.whole);
  item.compared.named = staged.named;
  find_applied(database, item, before);
  const bool lists_messages = (staged.named & model::bit_of<ConversationFixture>("messages")) != 0;
  if (item.compared.applied && lists_messages)
    item.dropped = dropped_messages(staged.record, file, item.compared.applied->applied);
  if (!before.rows) return item;
  if (const auto live = find_fixture(database, item.whole, item.dropped)) {
    item.live = *live;
    item.compared.live = summarised(*live);
  }
  return item;
}

/// Goes through a set, and plans or also writes.
class Walk {
 public:
  enum class Mode { plan, stop_before_first_write, write };

  Walk(storage::Database& database, const SeedSet& set, const ApplyOptions& options, Mode mode)
      : database_(database),
        set_(set),
        options_(options),
        mode_(mode),
        adopted_(!options.plan.take_over && storage::is_adopted(database)),
        reason_(fmt::format("seed {}", fmt::join(set.names, ", "))),
        change_{options.now, options.actor, reason_} {
    plan_.seed_sets = set.names;
    // A plan to do nothing is a plan, too.
    if (wants_digest()) plan_.digest = sha256_hex({});
    for (const auto kind : {model::kind_of<LlmProvider>, model::kind_of<Agent>,
                            model::kind_of<Tool>, model::kind_of<ConversationFixture>}) {
      total_ += static_cast<std::size_t>(storage::count_staged(*set.staging, kind));
    }
  }

  /// False when it stopped early.
  bool run() {
    if (mode_ != Mode::stop_before_first_write) require_sound(set_, known_in(database_));
    return walk<LlmProvider>() && walk<Tool>() && walk<Agent>() && walk<ConversationFixture>() &&
           prune();
  }

  SeedPlan take() {
    require_permitted();
    return std::move(plan_);
  }

 private:
  template <class Record>
  bool walk() {
    std::int64_t position = 0;
    const Before before = look_before<Record>(database_);
    while (true) {
      auto objects = storage::staged_behind<Record>(*set_.staging, position, batch);
      if (objects.empty()) return true;
      position = objects.back().position;
      for (auto& object : objects) {
        const SeedFile& file = set_.files.at(static_cast<std::size_t>(object.first.file));
        if (!take_item(compare(database_, std::move(object), file, before))) return false;
      }
      if (options_.plan.progress) options_.plan.progress(plan_.changes.size(), total_);
    }
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
    note(compared, decision);
    if (mode_ != Mode::write) return true;
    if (writes) write(item, decision);
    if (ownership && compared.applied) storage::update_seed_object(database_, *ownership);
    if (ownership && !compared.applied) storage::insert_seed_object(database_, *ownership);
    return true;
  }

  template <class Record>
  bool is_owned(const Comparison<Record>& object) {
    return storage::is_seed_object(database_, model::kind_of<Record>, object.desired.id);
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

  template <class Record>
  void note(const Comparison<Record>& compared, const Decision& decision) {
    if (decision.action == Action::drifted && !compared.live)
      deleted_.emplace(model::kind_of<Record>, compared.desired.id);
    if (!deleted_.empty() && decision.written != 0) {
      Record written;
      written.id = compared.desired.id;
      model::copy_fields(written, compared.desired, decision.written);
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
    ConversationFixture after = item.compared.live ? item.live : item.whole;
    model::copy_fields(after, item.whole, decision.written);
    const bool rewritten = (decision.written & model::bit_of<ConversationFixture>("messages")) != 0;
    write_fixture(database_, after, rewritten ? item.dropped : std::vector<Uuid>{});
  }

  bool prune() {
    for (const std::string& seed_set : set_.names) {
      const auto candidates = prune_candidates(database_, set_, seed_set);
      if (!options_.plan.prune) {
        plan_.prunable += candidates.size();
        continue;
      }
      if (!candidates.empty() && mode_ == Mode::stop_before_first_write) return false;
      for (const SeedObjectId& candidate : candidates) {
        Change change = prune_object(database_, seed_set, candidate, change_);
        plan_.writes |= change.action == Action::prune;
        if (wants_digest()) {
          plan_.digest = sha256_hex(fmt::format(
              "{}{} {} {}\n", plan_.digest, action_name(change.action), change.kind, change.id));
        }
        add(std::move(change));
      }
    }
    return true;
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
  storage::Change change_;
  SeedPlan plan_;
  std::size_t total_ = 0;
  bool has_drift_ = false;
  std::set<std::pair<std::string_view, std::string>> deleted_;
};

}  // namespace

std::string_view action_name(Action action) {
  constexpr std::array<std::string_view, action_count> names{
      "create", "update", "unchanged", "drifted", "prune", "protected", "unowned"};
  return names.at(static_cast<std::size_t>(action));
}

bool SeedPlan::differs() const {
  return count(Action::unchanged) != changes.size() || prunable > 0;
}

SeedPlan make_plan(storage::Database& database, const SeedSet& set, const PlanOptions& options) {
  const ApplyOptions unwritten{options, {}, {}, {}, true};
  if (!options.prune) {
    Walk walk(database, set, unwritten, Walk::Mode::plan);
    walk.run();
    return walk.take();
  }
  // What may be pruned depends on everything that is written before; so it is, and then undone.
  const storage::Transaction undone(database);
  Walk walk(database, set, unwritten, Walk::Mode::write);
  walk.run();
  return walk.take();
}

SeedPlan apply(storage::Database& database, const SeedSet& set, const ApplyOptions& options) {
  {
    Walk look(database, set, options, Walk::Mode::stop_before_first_write);
    if (look.run()) return look.take();
  }
  storage::Transaction transaction(database);
  // Whoever held the lock before us may have changed anything: all is compared again.
  Walk walk(database, set, options, Walk::Mode::write);
  walk.run();
  SeedPlan done = walk.take();
  transaction.commit();
  return done;
}

}  // namespace llmctl::seeding
