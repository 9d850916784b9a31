#include "seeding/decide.h"

#include <nlohmann/json.hpp>

#include "base/secrets.h"
#include "model/field_values.h"

namespace llmctl::seeding {
namespace {

using model::FieldBits;

/// What a set last applied, by field.
class Applied {
 public:
  explicit Applied(const std::optional<storage::SeedObject>& object) {
    if (object) values_ = nlohmann::json::parse(object->applied.text, nullptr, false);
  }

  std::optional<std::string> text(std::string_view field) const {
    if (!values_.is_object()) return std::nullopt;
    const auto found = values_.find(field);
    return found == values_.end() ? std::nullopt : std::optional(canonical_json(*found));
  }

 private:
  nlohmann::json values_;
};

/// Of the fields in `among`, those that the set applied last as it wants them now.
template <class Record>
FieldBits standing_still(const Comparison<Record>& object, FieldBits among) {
  if (!object.applied || among == 0) return 0;
  const Applied applied(object.applied);
  FieldBits still = 0;
  for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
    if ((among & model::bit(i)) == 0) continue;
    if (applied.text(model::field_name<Record>(i)) == model::field_text(object.desired, i))
      still |= model::bit(i);
  }
  return still;
}

std::string masked(std::string_view name, const std::string& json) {
  const nlohmann::json named{{std::string(name), nlohmann::json::parse(json)}};
  return canonical_json(mask_secrets(named).front());
}

std::optional<std::string> masked(std::string_view name, const std::optional<std::string>& json) {
  return json ? std::optional(masked(name, *json)) : std::nullopt;
}

/// Which fields a change lists.
template <class Record>
FieldBits listed_fields(const Comparison<Record>& object, const Decision& decision,
                        bool values_of_new) {
  if (object.live) return decision.written | decision.kept;
  return values_of_new ? decision.written : 0;
}

}  // namespace

template <class Record>
Decision decide(const Comparison<Record>& object, OnDrift on_drift, bool foreign) {
  const bool keeps = on_drift != OnDrift::overwrite;
  if (!object.live) {
    const bool deleted = object.applied && standing_still(object, object.named) == object.named;
    if (deleted && keeps) return {Action::drifted, 0, 0};
    return {Action::create, object.named, 0};
  }
  const FieldBits differing = model::differing_fields(*object.live, object.desired, object.named);
  if (differing == 0) return {};
  if (foreign) return {Action::unowned, 0, differing};
  const FieldBits drifted = standing_still(object, differing);
  const FieldBits kept = keeps ? drifted : 0;
  if (kept == differing) return {Action::drifted, 0, kept};
  return {Action::update, differing & ~kept, kept};
}

template <class Record>
Change describe(const Comparison<Record>& object, const Decision& decision, bool values_of_new) {
  Change change{model::kind_of<Record>, object.desired.id, decision.action, {}, {}};
  if (decision.action == Action::drifted && !object.live) change.reason = "deleted in the database";
  const FieldBits listed = listed_fields(object, decision, values_of_new);
  if (listed == 0) return change;
  const Applied applied(object.applied);
  for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
    if ((listed & model::bit(i)) == 0) continue;
    const std::string_view name = model::field_name<Record>(i);
    change.fields.push_back(
        {std::string(name), masked(name, applied.text(name)),
         object.live ? std::optional(masked(name, model::field_text(*object.live, i)))
                     : std::nullopt,
         masked(name, model::field_text(object.desired, i)), (decision.kept & model::bit(i)) != 0});
  }
  return change;
}

template <class Record>
std::string digest_line(const Comparison<Record>& object, const Decision& decision) {
  const FieldBits listed = listed_fields(object, decision, true);
  std::string line(action_name(decision.action));
  line += ' ';
  line += model::kind_of<Record>;
  line += ' ' + object.desired.id + ' ' + std::to_string(decision.kept);
  line += model::fields_text(object.desired, listed);
  if (object.live) line += model::fields_text(*object.live, listed);
  return line + '\n';
}

#define LLMCTL_DECIDE(Record)                                                 \
  template Decision decide(const Comparison<Record>&, OnDrift, bool);         \
  template Change describe(const Comparison<Record>&, const Decision&, bool); \
  template std::string digest_line(const Comparison<Record>&, const Decision&);
LLMCTL_DECIDE(model::LlmProvider)
LLMCTL_DECIDE(model::Agent)
LLMCTL_DECIDE(model::Tool)
LLMCTL_DECIDE(model::ConversationFixture)
#undef LLMCTL_DECIDE

}  // namespace llmctl::seeding
