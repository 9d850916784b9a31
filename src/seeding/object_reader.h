#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "seeding/seed_set.h"
#include "storage/staging.h"
#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::seeding {

/// A file that is being read.
struct FileContext {
  std::int64_t number;              ///< of its SeedFile
  std::filesystem::path directory;  ///< of SeedSource
  yaml::Problems& problems;
  std::vector<IncludedFile>& included;
};

/// Whether an id can be one: 1 to 50 of a-z, 0-9, '.', '_' and '-', beginning with a letter or
/// digit.
bool is_valid_id(std::string_view id);
inline constexpr std::string_view id_rule =
    "1 to 50 lower-case letters, digits, '.', '_' or '-', beginning with a letter or digit";

/// One object as a file says it.
template <class Record>
struct ReadObject {
  storage::Staged<Record> staged;
  std::vector<storage::StagedMention> mentions;
};

/// One object of a section: its key is the id. What is wrong with it goes to the context's
/// problems. For LlmProvider, Agent, Tool and ConversationFixture.
template <class Record>
ReadObject<Record> read_object(const yaml::Entry& entry, const FileContext& context);

}  // namespace llmctl::seeding
