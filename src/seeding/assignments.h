#pragma once

#include <string>
#include <vector>

#include "seeding/checks.h"

namespace llmctl::seeding {

/// The record with some fields set, each by "KEY=VALUE", read and checked as seed files are. The
/// field decides what VALUE means: a text is taken as it is, ids of a list are separated by commas,
/// "null" is no value for a reference or price, and a JSON column takes an object. A key such as
/// "configuration.base_url" sets one value inside of such an object: JSON where VALUE is JSON, else
/// text. For LlmProvider, Agent and Tool. Throws Error: usage (no KEY=VALUE, a key twice, or a
/// part of what is no mapping), invalid_data for all that is wrong with the values, configuration
/// for a provider type and configuration that were changed and do not work.
template <class Record>
Record with_assignments(const Record& record, const std::vector<std::string>& assignments,
                        const Known& known);

}  // namespace llmctl::seeding
