#include "yaml/syntax_messages.h"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>

namespace llmctl::yaml {
namespace {

struct Translation {
  std::string_view parser_message;
  std::string_view message;
};

// Not constexpr: the parser's messages are not.
const std::array<Translation, 19> translations{{
    {YAML::ErrorMsg::MAP_VALUE,
     "a ':' is not expected here: quote the text, or check the indentation"},
    {YAML::ErrorMsg::MAP_KEY, "a '?' is not expected here: quote the text"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '-' is not expected here: check the indentation"},
    {YAML::ErrorMsg::END_OF_MAP,
     "this does not belong to the mapping above it: check the indentation"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "this does not belong to the list above it: check the indentation"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' is not closed by a '}', or a ',' is missing"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' is not closed by a ']', or a ',' is missing"},
    {YAML::ErrorMsg::FLOW_END, "this closes a bracket that was not opened"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the file ends inside quotes"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a '---' or '...' stands inside quotes"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "text cannot start with this character: quote it"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "only a comment may follow '|' or '>' on its line"},
    {YAML::ErrorMsg::CHAR_IN_SCALAR, "this character is not allowed here"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "a block of text needs an indentation of at least 1"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab is used for indentation: use blanks"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, no_aliases},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "'*' starts an alias: quote the text"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "'&' starts an anchor: quote the text"},
    {YAML::ErrorMsg::ALIAS_CONTENT, no_aliases},
}};

/// Whether a tab stands in front of the first other character of the line.
bool is_indented_by_tab(std::string_view text, std::size_t offset) {
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = text.find_first_not_of(" \t", start);
  return text.substr(start, end - start).find('\t') != std::string_view::npos;
}

}  // namespace

std::string syntax_message(std::string_view parser_message, std::string_view text,
                           std::size_t offset) {
  if (is_indented_by_tab(text, std::min(offset, text.size()))) {
    return "a tab is used for indentation: use blanks";
  }
  if (parser_message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE)) {
    return "unknown escape in double quotes: write \\\\ for a backslash, or use single quotes";
  }
  const auto* const known =
      std::ranges::find(translations, parser_message, &Translation::parser_message);
  return std::string(known == translations.end() ? parser_message : known->message);
}

}  // namespace llmctl::yaml
