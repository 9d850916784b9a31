#pragma once

#include <string_view>
#include <vector>

namespace llmctl::seeding {

/// One file of seeds/, as it was at build time.
struct EmbeddedSeed {
  std::string_view name;  ///< "core.yaml"
  std::string_view text;
};

/// In name order.
extern const std::vector<EmbeddedSeed> embedded_seeds;

}  // namespace llmctl::seeding
