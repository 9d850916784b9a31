#include "yaml/writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "yaml/binder.h"

namespace llmctl::yaml {
namespace {

using Value = nlohmann::ordered_json;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view plain_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _./()+-";

/// Whether the text means itself without quotes.
bool is_plain(std::string_view text) {
  return !text.empty() && letters.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(plain_characters) == std::string_view::npos && text.back() != ' ' &&
         !look_alike(text);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n') || byte == 0x7f;
}

/// Whether a block of the text's lines gives back exactly the text.
bool is_block(std::string_view text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string_view::npos || text.find('\n') == std::string_view::npos) return false;
  const bool ends_once = text.size() - end <= 2;
  return ends_once && text[0] != ' ' && text[0] != '\n' && text.find(" \n") == std::string::npos &&
         text[end] != ' ' && std::ranges::none_of(text, is_control);
}

std::string double_quoted(std::string_view text) {
  std::string json = Value(text).dump();
  // JSON leaves it as it is, and a YAML file may not hold it.
  for (std::size_t at = json.find('\x7f'); at != std::string::npos; at = json.find('\x7f', at))
    json.replace(at, 1, "\\u007f");
  return json;
}

void append_block(std::string& yaml, std::string_view text, int indent) {
  yaml += text.ends_with('\n') ? " |\n" : " |-\n";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) yaml.append(static_cast<std::size_t>(indent), ' ').append(text.substr(0, end));
    yaml += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void append_scalar(std::string& yaml, const Value& value, int indent) {
  if (!value.is_string()) {
    yaml += ' ' + value.dump() + '\n';
    return;
  }
  const auto& text = value.get_ref<const std::string&>();
  if (is_block(text)) return append_block(yaml, text, indent);
  yaml += ' ' + (is_plain(text) ? text : double_quoted(text)) + '\n';
}

void append_entries(std::string& yaml, const Value& mapping, int indent, bool first_in_line) {
  for (const auto& [key, value] : mapping.items()) {
    if (!first_in_line) yaml.append(static_cast<std::size_t>(indent), ' ');
    first_in_line = false;
    yaml += yaml_key(key) + ':';
    append_yaml(yaml, value, indent + 2);
  }
}

}  // namespace

std::string yaml_key(std::string_view key) {
  const bool is_id =
      !key.empty() && !look_alike(key) && key != "<<" &&
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos &&
      key[0] != '-' && key[0] != '.';
  return is_id || is_plain(key) ? std::string(key) : double_quoted(key);
}

void append_yaml(std::string& yaml, const Value& value, int indent) {
  if (!value.is_structured()) return append_scalar(yaml, value, indent);
  if (value.empty()) {
    yaml += value.is_array() ? " []\n" : " {}\n";
    return;
  }
  yaml += '\n';
  if (value.is_object()) return append_entries(yaml, value, indent, false);
  for (const Value& item : value) {
    yaml.append(static_cast<std::size_t>(indent), ' ') += '-';
    if (item.is_object() && !item.empty()) {
      yaml += ' ';
      append_entries(yaml, item, indent + 2, true);
    } else {
      append_yaml(yaml, item, indent + 2);
    }
  }
}

}  // namespace llmctl::yaml
