#include "storage/sqlite/table_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <span>

#include "base/text.h"

namespace llmctl::storage::sqlite {
namespace {

struct Token {
  std::string text;
  bool may_be_keyword = false;

  bool is(std::string_view keyword) const { return may_be_keyword && text == keyword; }
};
using Tokens = std::vector<Token>;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (c & 0x80) != 0;
}

/// How many bytes the token has that `sql` begins with.
std::size_t length_of_token(std::string_view sql) {
  constexpr std::string_view openings = "'\"`[";
  constexpr std::string_view closings = "'\"`]";
  if (const std::size_t kind = openings.find(sql[0]); kind != std::string_view::npos) {
    std::size_t end = sql.find(closings[kind], 1);
    // A doubled quote stands for one.
    while (end + 1 < sql.size() && sql[end] != ']' && sql[end + 1] == sql[end])
      end = sql.find(closings[kind], end + 2);
    return end == std::string_view::npos ? sql.size() : end + 1;
  }
  if (!is_word(sql[0])) return 1;
  const auto* const end = std::ranges::find_if_not(sql, is_word);
  return static_cast<std::size_t>(end - sql.begin());
}

Token make_token(std::string_view text) {
  if (text[0] == '\'') return {std::string(text), false};
  if (text.size() > 1 && (text[0] == '"' || text[0] == '`' || text[0] == '['))
    return {to_lower_ascii(text.substr(1, text.size() - 2)), false};
  return {to_lower_ascii(text), true};
}

Tokens tokenise(std::string_view sql) {
  Tokens tokens;
  for (sql.remove_prefix(length_of_nothing(sql)); !sql.empty();
       sql.remove_prefix(length_of_nothing(sql))) {
    const std::size_t length = length_of_token(sql);
    tokens.push_back(make_token(sql.substr(0, length)));
    sql.remove_prefix(length);
  }
  return tokens;
}

std::string join(std::span<const Token> tokens) {
  std::string text;
  for (const Token& token : tokens) text += (text.empty() ? "" : " ") + token.text;
  return text;
}

/// The position after the parenthesis that closes the one at `open`.
std::size_t after_closing(std::span<const Token> tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < tokens.size(); ++at) {
    if (tokens[at].is("(")) ++depth;
    if (tokens[at].is(")") && --depth == 0) return at + 1;
  }
  return tokens.size();
}

std::span<const Token> without_outer_parentheses(std::span<const Token> tokens) {
  while (tokens.size() >= 2 && tokens.front().is("(") && after_closing(tokens, 0) == tokens.size())
    tokens = tokens.subspan(1, tokens.size() - 2);
  return tokens;
}

/// The parts between commas that stand in no inner parentheses.
std::vector<std::span<const Token>> split_at_commas(std::span<const Token> tokens) {
  std::vector<std::span<const Token>> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= tokens.size(); ++at) {
    if (at < tokens.size() && tokens[at].is("(")) at = after_closing(tokens, at) - 1;
    if (at < tokens.size() && !tokens[at].is(",")) continue;
    if (at > start) parts.push_back(tokens.subspan(start, at - start));
    start = at + 1;
  }
  return parts;
}

/// "a, b" of FOREIGN KEY (a, b), or the column that is being defined.
std::string referring_columns(std::span<const Token> definition) {
  if (definition.front().is("constraint") && definition.size() > 2)
    definition = definition.subspan(2);
  if (!definition.front().is("foreign") || definition.size() < 3) return definition.front().text;
  const std::size_t end = after_closing(definition, 2);
  std::vector<std::string> columns;
  for (const auto& column : split_at_commas(definition.subspan(3, end - 4)))
    columns.push_back(join(column));
  return fmt::format("{}", fmt::join(columns, ", "));
}

/// One column or constraint of the table.
void read_definition(std::span<const Token> definition, TableText& table) {
  bool refers = false;
  for (std::size_t at = 0; at < definition.size(); ++at) {
    const Token& token = definition[at];
    const bool has_next = at + 1 < definition.size();
    if (token.is("(")) {
      at = after_closing(definition, at) - 1;
    } else if (token.is("check") && has_next && definition[at + 1].is("(")) {
      const std::size_t end = after_closing(definition, at + 1);
      table.checks.push_back(
          join(without_outer_parentheses(definition.subspan(at + 1, end - at - 1))));
      at = end - 1;
    } else if (token.is("autoincrement")) {
      table.autoincrement = true;
    } else if (token.is("references")) {
      refers = true;
    } else if (refers && token.is("initially") && has_next && definition[at + 1].is("deferred")) {
      table.deferred_columns.push_back(referring_columns(definition));
    }
  }
}

}  // namespace

std::size_t length_of_nothing(std::string_view sql) {
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::string_view rest = sql.substr(at);
    if (std::isspace(static_cast<unsigned char>(rest[0])) != 0 || rest[0] == ';') {
      ++at;
    } else if (rest.starts_with("--")) {
      at += std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      at += end == std::string_view::npos ? rest.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

std::string normalise_sql(std::string_view sql) { return join(tokenise(sql)); }

TableText read_create_table(std::string_view sql) {
  TableText table;
  const Tokens tokens = tokenise(sql);
  const auto open = std::ranges::find_if(tokens, [](const Token& token) { return token.is("("); });
  if (open == tokens.end()) return table;
  const auto start = static_cast<std::size_t>(open - tokens.begin());
  const std::size_t end = after_closing(tokens, start);
  const std::span<const Token> body = std::span(tokens).subspan(start + 1, end - start - 2);
  for (const auto& definition : split_at_commas(body)) read_definition(definition, table);
  std::ranges::sort(table.checks);
  return table;
}

std::string indexed_expression(std::string_view create_index) {
  const Tokens tokens = tokenise(create_index);
  const auto open = std::ranges::find_if(tokens, [](const Token& token) { return token.is("("); });
  return join({open, tokens.end()});
}

std::string index_condition(std::string_view create_index) {
  const Tokens tokens = tokenise(create_index);
  const auto where =
      std::ranges::find_if(tokens, [](const Token& token) { return token.is("where"); });
  return join({where, tokens.end()});
}

}  // namespace llmctl::storage::sqlite
