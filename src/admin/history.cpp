#include "admin/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "admin/catalog.h"
#include "base/error.h"
#include "base/secrets.h"
#include "model/snapshot.h"
#include "storage/catalog.h"

namespace llmctl::admin {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using nlohmann::json;
using storage::Database;

/// Texts are for reading; what is structured may hold a secret, as seed files must not.
JsonText shown(const json& value) {
  return {canonical_json(value.is_structured() ? mask_secrets(value) : value)};
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

/// What storage::record_removal leaves.
bool says_deleted(const JsonText& content) { return content.text == "null"; }

json parse_content(const JsonText& content, std::int64_t number) {
  json object = json::parse(content.text, nullptr, false);
  if (object.is_object()) return object;
  throw Error(ErrorKind::damaged, fmt::format("revision {} is no JSON object", number),
              "llmctl doctor");
}

HistoryEntry entry_of(const storage::RevisionStep& step) {
  const model::Revision& revision = step.revision;
  HistoryEntry entry{revision.number, Event::changed,  revision.recorded_at,
                     revision.actor,  revision.reason, {}};
  if (says_deleted(revision.content)) {
    entry.event = Event::deleted;
    return entry;
  }
  if (!step.before || says_deleted(*step.before)) {
    entry.event = revision.actor == storage::outside_llmctl ? Event::first_seen : Event::created;
    return entry;
  }
  entry.changes = changes_between(parse_content(*step.before, revision.number),
                                  parse_content(revision.content, revision.number));
  // Only a record that was deleted comes back as it was.
  if (entry.changes.empty()) entry.event = Event::created;
  return entry;
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
  HistoryEntry entry;
  const bool recorded_as_deleted = says_deleted(standing.latest->content);
  if (!standing.record) {
    if (recorded_as_deleted) return std::nullopt;
    entry.event = Event::deleted;
    return entry;
  }
  if (recorded_as_deleted) {
    entry.event = Event::first_seen;
    return entry;
  }
  entry.actor = storage::outside_llmctl;
  entry.changes = changes_between(parse_content(standing.latest->content, standing.latest->number),
                                  model::snapshot(*standing.record));
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
  throw Error(ErrorKind::not_found,
              fmt::format("revision {} of agent '{}' refers to what does not exist any more: {}",
                          number, agent.id, fmt::join(names, ", ")),
              "make it again first, with llmctl seed or llmctl provider revert");
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

template <class Record>
RevertResult revert(Database& database, const std::string& id, std::int64_t number,
                    const RevertOptions& options) {
  const model::Revision revision = require_revision<Record>(database, id, number);
  if (says_deleted(revision.content)) {
    throw Error(ErrorKind::not_found,
                fmt::format("revision {} only says that '{}' was deleted", number, id),
                fmt::format("llmctl {} history {}", model::noun_of<Record>, id));
  }
  const json content = parse_content(revision.content, number);
  const Edit<Record> edit = [&](const Record& record) {
    Record wanted = model::from_snapshot(content, record, fmt::format("revision {}", number));
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
  template History read_history<Record>(Database&, const std::string&, const storage::Page&); \
  template RevertResult revert<Record>(Database&, const std::string&, std::int64_t,           \
                                       const RevertOptions&);
LLMCTL_HISTORY(LlmProvider)
LLMCTL_HISTORY(Agent)
LLMCTL_HISTORY(Tool)
#undef LLMCTL_HISTORY

}  // namespace llmctl::admin
