#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fields.h"
#include "storage/database.h"

/// Tables llm_providers, agents and tools, with agents_allowed_llms and tools_agents.
/// Each template exists for model::LlmProvider, model::Agent and model::Tool.
namespace llmctl::storage {

template <class Record>
std::optional<Record> find(Database& database, std::string_view id);

/// Throws Error(not_found) that suggests the nearest id.
template <class Record>
Record require(Database& database, const std::string& id);

/// In the order in which the backend lists them.
template <class Record>
std::vector<Record> list(Database& database);

/// Sorted.
template <class Record>
std::vector<std::string> ids(Database& database);

/// Writes the row and an agent's relations; created_at and updated_at are taken from the record.
template <class Record>
void insert(Database& database, const Record& record);

/// Writes the columns and relations in which the two differ, and updated_at; nothing when they are
/// equal. Returns whether anything was written.
template <class Record>
bool update(Database& database, const Record& before, const Record& after);

/// Deletes the row and an agent's relations. What refers to it is the caller's to look after.
template <class Record>
void remove(Database& database, const Record& record);

/// Whether a table of model::kind_of has any row.
bool has_rows(Database& database, std::string_view kind);

/// Ids of the LLMs whose model_identifier this is.
std::vector<std::string> llm_ids_by_model(Database& database, std::string_view model_identifier);

}  // namespace llmctl::storage
