#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "model/fields.h"

namespace llmctl::model {

/// One field as JSON: decimals as strings, JSON columns as JSON, an absent optional as null.
template <class Record>
nlohmann::json field_value(const Record& record, const Field<Record>& field);

/// Every field of `fields<Record>` by name, and the relations of an agent; not the times. This is
/// what revisions keep.
nlohmann::json snapshot(const LlmProvider& record);
nlohmann::json snapshot(const Agent& record);
nlohmann::json snapshot(const Tool& record);

/// `base` with the value of every field and relation that a snapshot holds. What it lacks,
/// because an older version took it, stays; so do the id, the times, and the spelling of an equal
/// JSON value. Throws Error that begins with `what`: damaged for a value of another type,
/// configuration for a field that this version does not know. For LlmProvider, Agent and Tool.
template <class Record>
Record from_snapshot(const nlohmann::json& content, const Record& base, std::string_view what);

/// Same value; JSON is compared by value, not by spelling.
template <class Record>
bool same_value(const Record& left, const Record& right, const Field<Record>& field);

}  // namespace llmctl::model
