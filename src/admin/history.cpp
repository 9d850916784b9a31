#include "admin/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "admin/catalog.h"
#include "base/error.h"
#include "base/secrets.h"
#include "base/sha256.h"
#include "model/snapshot.h"
#include "storage/catalog.h"
#include "storage/conversations.h"

namespace llmctl::admin {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using nlohmann::json;
using storage::Database;

/// Without the secrets that seed files must not hold, and other programs may have written.
JsonText shown(const json& value) {
  if (value.is_string()) return {json(mask_known_key(value.get<std::string>())).dump()};
  return {canonical_json(mask_secrets(value))};
}

std::vector<FieldChange> changes_between(const json& before, const json& after) {
  std::vector<FieldChange> changes;
  json names = before;
  names.update(after);
  for (const auto& [name, unused] : names.items()) {
    const json old_value = before.value(name, json());
    const json new_value = after.value(name, json());
    if (canonical_json(old_value) == canonical_json(new_value)) continue;
    changes.push_back({name, shown(old_value), shown(new_value)});
  }
  return changes;
}

/// The fields that a revision holds; nothing for one that says that the record was deleted.
std::optional<json> fields_of(const JsonText& content, std::int64_t number) {
  json fields = json::parse(content.text, nullptr, false);
  if (fields.is_null()) return std::nullopt;
  if (fields.is_object()) return fields;
  throw Error(ErrorKind::damaged, fmt::format("revision {} is no JSON object", number),
              "llmctl doctor");
}

HistoryEntry entry_of(const storage::RevisionStep& step) {
  const model::Revision& revision = step.revision;
  HistoryEntry entry{revision.number, Event::changed,  revision.recorded_at,
                     revision.actor,  revision.reason, {}};
  const auto after = fields_of(revision.content, revision.number);
  const auto before = step.before ? fields_of(*step.before, revision.number) : std::nullopt;
  if (before && after) entry.changes = changes_between(*before, *after);
  if (!after) {
    entry.event = Event::deleted;
  } else if (!step.before && revision.actor == storage::outside_llmctl) {
    entry.event = Event::first_seen;
  } else if (entry.changes.empty()) {
    // Only a record that was deleted comes back as it was.
    entry.event = Event::created;
  }
  return entry;
}

/// A list's length and the beginning of its SHA-256 in its place.
JsonText summary_of(const JsonText& list) {
  constexpr std::size_t shown_digits = 12;
  return {canonical_json({{"count", json::parse(list.text).size()},
                          {"sha256", sha256_hex(list.text).substr(0, shown_digits)}})};
}

/// A record and its latest revision.
template <class Record>
struct Standing {
  std::optional<Record> record;
  std::optional<model::Revision> latest;
};

template <class Record>
Standing<Record> read_standing(Database& database, const std::string& id) {
  Standing<Record> standing;
  auto latest = storage::latest_revision(database, model::kind_of<Record>, id);
  do {
    standing.latest = std::move(latest);
    standing.record = storage::find<Record>(database, id);
    latest = storage::latest_revision(database, model::kind_of<Record>, id);
    // A change that came in between would look like one that nobody recorded.
  } while (latest && (!standing.latest || latest->number != standing.latest->number));
  return standing;
}

/// What has happened since the latest revision, if anything has.
template <class Record>
std::optional<HistoryEntry> unrecorded(const Standing<Record>& standing) {
  if (!standing.latest) return std::nullopt;
  const auto before = fields_of(standing.latest->content, standing.latest->number);
  HistoryEntry entry;
  if (!standing.record) {
    entry.event = Event::deleted;
    return before ? std::optional(entry) : std::nullopt;
  }
  entry.actor = storage::outside_llmctl;
  if (!before) {
    entry.event = Event::created;
    return entry;
  }
  entry.changes = changes_between(*before, model::snapshot(*standing.record));
  if (entry.changes.empty()) return std::nullopt;
  return entry;
}

/// Names of the ids of these that have no row: "provider 'fast'".
template <class Record>
std::vector<std::string> missing(Database& database, const std::vector<std::string>& ids) {
  std::vector<std::string> names;
  for (const std::string& id : ids) {
    if (!storage::find<Record>(database, id))
      names.push_back(fmt::format("{} '{}'", model::noun_of<Record>, id));
  }
  return names;
}

template <class Record>
void require_references(Database&, const Record&, std::int64_t) {}
template <>
void require_references(Database& database, const Agent& agent, std::int64_t number) {
  std::vector<std::string> llms = agent.allowed_llms;
  if (agent.default_llm && std::ranges::find(llms, *agent.default_llm) == llms.end())
    llms.insert(llms.begin(), *agent.default_llm);
  std::vector<std::string> names = missing<LlmProvider>(database, llms);
  for (std::string& name : missing<Tool>(database, agent.tools)) names.push_back(std::move(name));
  if (names.empty()) return;
  throw Error(
      ErrorKind::not_found,
      fmt::format("revision {} of agent '{}' refers to what does not exist any more: {}", number,
                  agent.id, fmt::join(names, ", ")),
      "make it again first, with llmctl seed, llmctl provider revert or llmctl tool revert");
}

template <class Record>
model::Revision require_revision(Database& database, const std::string& id, std::int64_t number) {
  const std::string_view noun = model::noun_of<Record>;
  auto revision = storage::find_revision(database, number);
  if (revision && revision->kind == model::kind_of<Record> && revision->object_id == id)
    return *std::move(revision);
  if (!storage::latest_revision(database, model::kind_of<Record>, id))
    storage::require<Record>(database, id);
  throw Error(ErrorKind::not_found, fmt::format("{} '{}' has no revision {}", noun, id, number),
              fmt::format("llmctl {} history {}", noun, id));
}

}  // namespace

std::string_view event_name(Event event) {
  switch (event) {
    case Event::first_seen: return "first_seen";
    case Event::created: return "created";
    case Event::changed: return "changed";
    case Event::deleted: return "deleted";
  }
  return "changed";
}

template <class Record>
History read_history(Database& database, const std::string& id, const storage::Page& page) {
  const Standing<Record> standing = read_standing<Record>(database, id);
  if (!standing.latest && !standing.record) storage::require<Record>(database, id);
  const auto now = unrecorded(standing);
  const auto list = storage::list_revisions(database, model::kind_of<Record>, id, page);

  History history{std::string(model::noun_of<Record>), id, {}, list.next_cursor};
  if (now && !page.oldest_first && page.cursor.empty()) history.entries.push_back(*now);
  for (const storage::RevisionStep& step : list.entries) history.entries.push_back(entry_of(step));
  if (now && page.oldest_first && list.next_cursor.empty()) history.entries.push_back(*now);
  if (storage::trim_to_page(history.entries, page)) {
    // Where it has no number, the next revision's is further than any.
    history.next_cursor =
        storage::make_cursor(history.entries.back().number.value_or(standing.latest->number + 1));
  }
  return history;
}

History read_conversation_history(Database& database, const Uuid& id, const storage::Page& page) {
  using model::ConversationFixture;
  const std::string name = to_string(id);
  const auto list =
      storage::list_revisions(database, model::kind_of<ConversationFixture>, name, page);
  if (list.entries.empty() && !storage::find_conversation(database, id))
    throw Error(ErrorKind::not_found, fmt::format("no conversation '{}'", name),
                "llmctl conversation list");
  History history{std::string(model::noun_of<ConversationFixture>), name, {}, list.next_cursor};
  for (const storage::RevisionStep& step : list.entries) {
    HistoryEntry& entry = history.entries.emplace_back(entry_of(step));
    // A new conversation leaves no revision.
    if (!step.before) entry.event = Event::first_seen;
    for (FieldChange& change : entry.changes) {
      if (change.field != "messages") continue;
      change.before = summary_of(change.before);
      change.after = summary_of(change.after);
    }
  }
  return history;
}

template <class Record>
EditResult edit(Database& database, const std::string& id, const Edit<Record>& edit,
                const EditOptions& options) {
  const RecordChange<Record> change =
      options.dry_run
          ? plan_change(database, id, edit)
          : admin::change(database, id, edit, {options.now, options.actor, options.reason});
  return {std::string(model::noun_of<Record>),
          id,
          options.dry_run,
          change.changes,
          change.revision,
          changes_between(model::snapshot(*change.before), model::snapshot(change.after))};
}

template <class Record>
RevertResult revert(Database& database, const std::string& id, std::int64_t number,
                    const RevertOptions& options) {
  const model::Revision revision = require_revision<Record>(database, id, number);
  const auto fields = fields_of(revision.content, number);
  if (!fields) {
    throw Error(
        ErrorKind::not_found,
        fmt::format("revision {} says that {} '{}' was deleted: there is nothing to go back to",
                    number, model::noun_of<Record>, id),
        fmt::format("an earlier one: llmctl {} history {}", model::noun_of<Record>, id));
  }
  const Edit<Record> edit = [&](const Record& record) {
    Record wanted = model::from_snapshot(*fields, record, fmt::format("revision {}", number));
    require_references(database, wanted, number);
    return wanted;
  };
  const std::string reason = options.reason.value_or(fmt::format("revert to revision {}", number));
  const RecordChange<Record> change =
      options.dry_run
          ? plan_change(database, id, edit, Absent::create)
          : admin::change(database, id, edit, {options.now, options.actor, reason}, Absent::create);

  RevertResult result;
  result.noun = model::noun_of<Record>;
  result.id = id;
  result.reverted_to = number;
  result.dry_run = options.dry_run;
  result.changed = change.changes;
  result.created = !change.before;
  result.revision = change.revision;
  if (change.before) {
    result.changes =
        changes_between(model::snapshot(*change.before), model::snapshot(change.after));
  }
  return result;
}

#define LLMCTL_HISTORY(Record)                                                                \
  template EditResult edit<Record>(Database&, const std::string&, const Edit<Record>&,        \
                                   const EditOptions&);                                       \
  template History read_history<Record>(Database&, const std::string&, const storage::Page&); \
  template RevertResult revert<Record>(Database&, const std::string&, std::int64_t,           \
                                       const RevertOptions&);
LLMCTL_HISTORY(LlmProvider)
LLMCTL_HISTORY(Agent)
LLMCTL_HISTORY(Tool)
#undef LLMCTL_HISTORY

}  // namespace llmctl::admin
