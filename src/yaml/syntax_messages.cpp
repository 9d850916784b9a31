#include "yaml/syntax_messages.h"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>

namespace llmctl::yaml {
namespace {

constexpr const char* tab_in_indentation = "a tab is used for indentation: use blanks";

struct Translation {
  std::string_view parser_message;  ///< its begin
  std::string_view message;
};

constexpr const char* not_a_tag = "'!' starts a tag: quote the text";
constexpr const char* not_an_anchor = "'&' starts an anchor: quote the text";
constexpr const char* not_an_alias = "'*' starts an alias: quote the text";
constexpr const char* bad_directive = "a line that begins with '%' is for the parser: remove it";

// Not constexpr: the parser's messages are not.
const std::array<Translation, 34> translations{{
    {YAML::ErrorMsg::MAP_VALUE,
     "a ':' is not expected here: quote the text, or check the indentation"},
    {YAML::ErrorMsg::MAP_KEY, "a '?' is not expected here: quote the text"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '-' is not expected here: check the indentation"},
    // Before those that begin like them.
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' is not closed by a '}', or a ',' is missing"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' is not closed by a ']', or a ',' is missing"},
    {YAML::ErrorMsg::END_OF_MAP,
     "this does not belong to the mapping above it: check the indentation"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "this does not belong to the list above it: check the indentation"},
    {YAML::ErrorMsg::FLOW_END, "this closes a bracket that was not opened"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the file ends inside quotes"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a '---' or '...' stands inside quotes"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "text cannot start with this character: quote it"},
    {YAML::ErrorMsg::INVALID_ESCAPE,
     "unknown escape in double quotes: write \\\\ for a backslash, or use single quotes"},
    {YAML::ErrorMsg::INVALID_HEX,
     R"(\x, \u and \U need two, four and eight hexadecimal digits: write \\ for a backslash)"},
    {YAML::ErrorMsg::INVALID_UNICODE, "this escape names no character"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "only a comment may follow '|' or '>' on its line"},
    {YAML::ErrorMsg::CHAR_IN_SCALAR, "this character is not allowed here"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "a block of text needs an indentation of at least 1"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, tab_in_indentation},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, no_aliases},
    {YAML::ErrorMsg::ALIAS_CONTENT, no_aliases},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, not_an_alias},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, not_an_alias},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, not_an_anchor},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, not_an_anchor},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, not_an_anchor},
    {YAML::ErrorMsg::MULTIPLE_TAGS, not_a_tag},
    {YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, not_a_tag},
    {YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, not_a_tag},
    {YAML::ErrorMsg::END_OF_VERBATIM_TAG, not_a_tag},
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, bad_directive},
    {YAML::ErrorMsg::YAML_VERSION, bad_directive},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, bad_directive},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, bad_directive},
    {YAML::ErrorMsg::TAG_DIRECTIVE_ARGS, bad_directive},
}};

/// Whether a tab stands in front of the first other character of the line.
bool is_indented_by_tab(std::string_view text, std::size_t offset) {
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = text.find_first_not_of(" \t", start);
  return text.substr(start, end - start).find('\t') != std::string_view::npos;
}

}  // namespace

std::size_t syntax_offset(std::string_view parser_message, std::string_view text,
                          std::size_t offset) {
  struct Escape {
    std::string_view begin;
    std::size_t length;
  };
  constexpr std::array<Escape, 3> escapes{{{"\\x", 4}, {"\\u", 6}, {"\\U", 10}}};
  if (parser_message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE) && offset >= 2) return offset - 2;
  if (parser_message.starts_with(YAML::ErrorMsg::INVALID_HEX) ||
      parser_message.starts_with(YAML::ErrorMsg::INVALID_UNICODE)) {
    for (const auto& [begin, length] : escapes) {
      const std::size_t start = offset - std::min(offset, length);
      if (start < text.size() && text.substr(start).starts_with(begin)) return start;
    }
  }
  return offset;
}

std::string syntax_message(std::string_view parser_message, std::string_view text,
                           std::size_t offset) {
  // The parser takes the text to end where the bracket begins.
  if (offset > 0 && text.substr(std::min(offset, text.size()) - 1).starts_with("${"))
    return "within brackets a text with ${…} must be quoted";
  if (is_indented_by_tab(text, std::min(offset, text.size()))) return tab_in_indentation;
  const auto* const known = std::ranges::find_if(translations, [&](const Translation& one) {
    return parser_message.starts_with(one.parser_message);
  });
  return std::string(known == translations.end() ? parser_message : known->message);
}

}  // namespace llmctl::yaml
