#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llmctl::storage::sqlite {

/// How many bytes of blanks, semicolons and comments `sql` begins with.
std::size_t length_of_nothing(std::string_view sql);

/// SQL in one spelling: words in lower case, one blank between tokens, no comments, identifiers
/// without quotes.
std::string normalise_sql(std::string_view sql);

/// What a CREATE TABLE says and no PRAGMA tells.
struct TableText {
  std::vector<std::string> checks;            ///< normalised, without parentheses around the whole
  std::vector<std::string> deferred_columns;  ///< "a, b" of each foreign key INITIALLY DEFERRED
  bool autoincrement = false;
};
TableText read_create_table(std::string_view sql);

/// The part of a CREATE INDEX after the table's name: "(lower (name)) where …", normalised.
std::string indexed_expression(std::string_view create_index);
/// The condition of a partial index, normalised.
std::string index_condition(std::string_view create_index);

}  // namespace llmctl::storage::sqlite
