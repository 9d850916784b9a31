#pragma once

#include <cstddef>
#include <functional>

namespace llmctl {

/// Told now and then how far a long piece of work has come; a total of 0 is unknown. May be empty:
/// then nobody wants to know.
using ProgressCallback = std::function<void(std::size_t done, std::size_t total)>;

}  // namespace llmctl
