#pragma once

#include <optional>
#include <string>
#include <vector>

#include "seeding/seed_set.h"

/// Tells, without reading a seed file's YAML, whether it would make the same database as before.
namespace llmctl::seeding {

/// SHA-256 over this build of the program, the settings that matter ("actor=ada") and the texts of
/// the files. Of the files that they include it knows nothing.
std::string fingerprint(const std::vector<SeedSource>& sources,
                        const std::vector<std::string>& settings);

/// The files that the sources include, by the number of the source and the path as it is written
/// there, so that it holds for another checkout too; empty when there is none.
std::string list_included(const SeedSet& set);

/// SHA-256 over a fingerprint and the files that were included when the set was loaded.
std::string fingerprint_with_included(const std::string& fingerprint, const SeedSet& set);

/// The same for the files of a list as they are now. Nothing when one of them cannot be read:
/// loading the seed files says why.
std::optional<std::string> fingerprint_with_listed(const std::string& fingerprint,
                                                   const std::vector<SeedSource>& sources,
                                                   const std::string& list);

}  // namespace llmctl::seeding
