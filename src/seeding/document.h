#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/fields.h"

namespace llmctl::seeding {

/// Writes each `${` in the texts of a seed file so that it is read as itself.
void escape_variables(nlohmann::ordered_json& value);

/// An object's named fields as a seed file would say them, in the order of the field tables; a `${`
/// in a text is written so that it is read as itself.
template <class Record>
nlohmann::ordered_json document_of(const Record& record, model::FieldBits named);

/// Writes every `${` in its texts so that it is read as itself.
void escape_variables(nlohmann::ordered_json& value);

/// One line of a JSON Lines seed file.
std::string json_line(std::string_view kind, const std::string& id,
                      const nlohmann::ordered_json& document);

/// One line of a JSON Lines seed file: {"agents":{"helper":{…}}}.
template <class Record>
std::string json_line(const Record& record, model::FieldBits named);

}  // namespace llmctl::seeding
