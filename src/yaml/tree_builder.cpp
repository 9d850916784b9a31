#include "yaml/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "yaml/source.h"

namespace llmctl::yaml {
namespace {

/// Positions of all entries but the first of each key.
std::vector<std::size_t> find_repeated(const std::vector<Entry>& entries, Problems& problems) {
  std::vector<std::size_t> order(entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key_of = [&](std::size_t i) -> const std::string& { return entries[i].key; };
  std::ranges::stable_sort(order, {}, key_of);
  std::vector<std::size_t> repeated;
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (key_of(order[i]) != key_of(order[first])) {
      first = i;
      continue;
    }
    const Mark before = entries[order[first]].mark;
    problems.add(entries[order[i]].mark,
                 fmt::format("duplicate key {}, first at line {}, column {}",
                             in_quotes(key_of(order[i])), before.line, before.column));
    repeated.push_back(order[i]);
  }
  std::ranges::sort(repeated);
  return repeated;
}

/// Reports each key that comes again, and keeps the first.
void drop_duplicates(std::vector<Entry>& entries, Problems& problems) {
  const std::vector<std::size_t> repeated = find_repeated(entries, problems);
  if (repeated.empty()) return;
  std::size_t next = 0;
  std::size_t at = 0;
  std::erase_if(entries, [&](const Entry&) {
    const bool is_repeated = next < repeated.size() && repeated[next] == at++;
    if (is_repeated) ++next;
    return is_repeated;
  });
}

}  // namespace

void TreeBuilder::start(Node::Kind kind, Mark mark) {
  if (open_.size() >= static_cast<std::size_t>(max_depth)) {
    throw_syntax_error(problems_.file(), mark,
                       fmt::format("nested more than {} levels deep", max_depth));
  }
  if (open_.size() == 1) is_streaming_ = begins_streamed_section(kind);
  Open& opened = open_.emplace_back();
  opened.node.kind = kind;
  opened.node.mark = mark;
}

void TreeBuilder::end() {
  Node node = std::move(open_.back().node);
  open_.pop_back();
  if (node.is_mapping() && node.entries.size() > 1) drop_duplicates(node.entries, problems_);
  add(std::move(node));
}

void TreeBuilder::add(Node&& node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.is_sequence()) {
    parent.node.items.push_back(std::move(node));
  } else if (parent.has_key) {
    add_value(parent, std::move(node));
  } else {
    add_key(parent, std::move(node));
  }
}

const Entry* TreeBuilder::open_key() const {
  const bool has_key = !open_.empty() && open_.back().has_key;
  return has_key ? &open_.back().node.entries.back() : nullptr;
}

bool TreeBuilder::begins_streamed_section(Node::Kind kind) const {
  const Entry* const key = open_key();
  return kind == Node::Kind::mapping && key != nullptr &&
         std::ranges::find(streamed_, key->key) != streamed_.end();
}

void TreeBuilder::add_key(Open& mapping, Node&& key) {
  if (!key.is_scalar()) {
    problems_.add(key.mark, "a key must be text");
  } else if (key.is_missing()) {
    problems_.add(key.mark, "a key is missing here");
  } else if (key.plain && key.text == "<<") {
    problems_.add(key.mark,
                  "merge keys (<<) are not supported: write the values where they are needed");
  }
  mapping.node.entries.push_back({std::move(key.text), key.plain, key.mark, {}});
  mapping.has_key = true;
}

void TreeBuilder::add_value(Open& mapping, Node&& value) {
  std::vector<Entry>& entries = mapping.node.entries;
  entries.back().value = std::move(value);
  mapping.has_key = false;
  if (is_streaming_ && open_.size() == 2) {
    (*sink_)(open_.front().node, std::move(entries.back()));
    entries.pop_back();
  }
}

}  // namespace llmctl::yaml
