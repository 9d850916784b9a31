#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "yaml/node.h"
#include "yaml/problems.h"
#include "yaml/reader.h"

namespace llmctl::yaml {

/// Puts nodes together in the order in which a parser finds them. Reports keys that are no text or
/// come twice.
class TreeBuilder {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}
  /// Hands the entries of these sections of the root to the sink instead of keeping them.
  TreeBuilder(Problems& problems, std::span<const std::string_view> streamed, const EntrySink& sink)
      : problems_(problems), streamed_(streamed), sink_(&sink) {}

  /// A list or mapping begins. Throws Error(invalid_data) when it is nested too deep.
  void start(Node::Kind kind, Mark mark);
  /// The innermost list or mapping ends.
  void end();
  /// Puts a complete node where it belongs: it is the root, an item, a key or a value.
  void add(Node&& node);
  /// The key whose value comes next, or null.
  const Entry* open_key() const;
  Node take_root() { return std::move(root_); }

 private:
  struct Open {
    Node node;
    bool has_key = false;  ///< mappings: the value of the last entry comes next
  };

  bool begins_streamed_section(Node::Kind kind) const;
  void add_key(Open& mapping, Node&& key);
  void add_value(Open& mapping, Node&& value);

  Problems& problems_;
  std::span<const std::string_view> streamed_;
  const EntrySink* sink_ = nullptr;
  bool is_streaming_ = false;  ///< the second of the open nodes is a streamed section
  std::vector<Open> open_;
  Node root_;
};

}  // namespace llmctl::yaml
