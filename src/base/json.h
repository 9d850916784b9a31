#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace llmctl {

/// A JSON document as text; two texts may differ and still be the same value.
struct JsonText {
  std::string text;
};

/// Strict RFC 8259 parse, nesting of at most 64 levels. Throws Error(invalid_data) that names
/// `what` and the byte offset.
nlohmann::json parse_json(std::string_view text, std::string_view what);

/// The same value in one spelling: keys sorted, no blanks, ASCII only, whole numbers without a
/// fraction.
std::string canonical_json(const nlohmann::json& value);
/// Like the above for stored text; text that is no JSON is returned as a JSON string, so that odd
/// rows can still be shown.
std::string canonical_json(const JsonText& stored);

/// Appends the text as a JSON string, spelt as canonical_json does; what is not UTF-8 becomes
/// U+FFFD.
void append_json_string(std::string& json, std::string_view text);

/// Compares by value.
bool same_json(const JsonText& left, const JsonText& right);

}  // namespace llmctl
