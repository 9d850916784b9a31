#include "model/title.h"

#include "base/text.h"

namespace llmctl::model {
namespace {

constexpr std::size_t title_code_points = 50;

}  // namespace

std::string title_of(std::string_view first_message) {
  const std::string_view start = first_code_points(first_message, title_code_points);
  return std::string(start) + (start.size() < first_message.size() ? "..." : "");
}

}  // namespace llmctl::model
