#pragma once

#include <string>
#include <string_view>

namespace llmctl::model {

/// The title that the backend gives a conversation: the first 50 code points of its first message,
/// `...` if there are more.
std::string title_of(std::string_view first_message);

}  // namespace llmctl::model
