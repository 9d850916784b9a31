#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmctl::yaml {

/// Where something stands in a file: lines and columns count from 1, columns in characters.
struct Mark {
  int line = 1;
  int column = 1;
};

struct Entry;

/// A value as it was written: nothing is resolved yet, so that a reader can tell `no` from `"no"`.
struct Node {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  bool plain = true;  ///< scalars: neither quoted nor a block; a missing value is a plain empty one
  bool expanded = false;  ///< its text came from a variable, so that no look-alike is meant
  Mark mark;
  std::string text;            ///< scalars; valid UTF-8 without NUL
  std::vector<Node> items;     ///< sequences
  std::vector<Entry> entries;  ///< mappings, in file order, each key once

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }
  /// Nothing was written: an empty file, or a key without a value.
  bool is_missing() const { return is_scalar() && plain && !expanded && text.empty(); }
  /// The value of a key of this mapping, or null.
  const Node* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  bool plain = true;  ///< the key was not quoted
  Mark mark;          ///< of the key
  Node value;
};

}  // namespace llmctl::yaml
