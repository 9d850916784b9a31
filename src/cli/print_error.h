#pragma once

#include <ostream>
#include <string_view>

#include "base/error.h"

namespace llmctl::cli {

/// The one place that prints errors: "text", "json" (one object) or "github" (annotations that CI
/// shows on the line).
void print_error(std::ostream& err, const Error& error, std::string_view format);

}  // namespace llmctl::cli
