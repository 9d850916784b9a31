#include "yaml/node.h"

#include <algorithm>

namespace llmctl::yaml {

const Node* Node::find(std::string_view key) const {
  const auto entry = std::ranges::find(entries, key, &Entry::key);
  return entry == entries.end() ? nullptr : &entry->value;
}

}  // namespace llmctl::yaml
