#include "yaml/reader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <streambuf>

#include "base/text.h"
#include "yaml/source.h"
#include "yaml/syntax_messages.h"

namespace llmctl::yaml {
namespace {

/// Reads a string in place: std::istringstream would copy it.
class StringBuffer final : public std::streambuf {
 public:
  explicit StringBuffer(const std::string& text) {
    char* const begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

/// Whether the quoted text that begins here ends. The parser takes the end of the file for a
/// closing quote.
bool is_closed(std::string_view rest) {
  const char quote = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      return true;
    }
  }
  return false;
}

/// Reports each key that comes again, and keeps the first.
void drop_duplicates(Node& mapping, Problems& problems) {
  std::vector<std::size_t> order(mapping.entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key_of = [&](std::size_t i) -> const std::string& { return mapping.entries[i].key; };
  std::ranges::stable_sort(order, {}, key_of);
  std::vector<std::size_t> repeated;
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (key_of(order[i]) != key_of(order[first])) {
      first = i;
      continue;
    }
    const Mark before = mapping.entries[order[first]].mark;
    problems.add(mapping.entries[order[i]].mark,
                 fmt::format("duplicate key {}, first at line {}, column {}",
                             in_quotes(key_of(order[i])), before.line, before.column));
    repeated.push_back(order[i]);
  }
  std::ranges::sort(repeated, std::greater{});
  for (const std::size_t i : repeated)
    mapping.entries.erase(mapping.entries.begin() + static_cast<std::ptrdiff_t>(i));
}

/// Builds nodes from the parser's events and reports what YAML allows and we do not.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Source& source, Problems& problems) : source_(source), problems_(problems) {}

  Node root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw_syntax_error(problems_.file(), mark_of(mark),
                         describe_second_document(offset_of(mark)));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    // The parser's mark of a value that is not there is the next token's.
    Node node;
    node.text = spelling_of_null(offset_of(mark));
    const bool is_value = !open_.empty() && open_.back().entry;
    node.mark = node.text.empty() && is_value ? open_.back().entry->mark : mark_of(mark);
    finish(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    problems_.add(mark_of(mark), no_aliases);
    Node node = scalar(mark);
    node.plain = false;  // so that it is not reported as missing, too
    finish(std::move(node));
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    problems_.add(mark_of(mark),
                  "anchors (&name) are not supported: write the value where it is needed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    refuse_tag(mark, tag, anchor);
    Node node = scalar(mark);
    node.plain = tag == "?";
    const std::string_view rest = std::string_view(source_.text()).substr(offset_of(mark));
    if (!node.plain && (rest.starts_with('"') || rest.starts_with('\'')) && !is_closed(rest)) {
      throw_syntax_error(problems_.file(), node.mark, "this quote is not closed");
    }
    node.text = text;
    if (text.find('\0') != std::string::npos) {
      problems_.add(node.mark, "text with a NUL character cannot be stored");
      node.text.clear();
      node.plain = false;
    }
    finish(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(Node::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(Node::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override {
    drop_duplicates(open_.back().node, problems_);
    end();
  }

 private:
  struct Open {
    Node node;
    std::optional<Entry> entry;  ///< mappings: the key whose value comes next
  };

  std::size_t offset_of(const YAML::Mark& mark) const {
    return mark.is_null() ? source_.text().size() : static_cast<std::size_t>(mark.pos);
  }
  Mark mark_of(const YAML::Mark& mark) { return source_.mark_at(offset_of(mark)); }
  Node scalar(const YAML::Mark& mark) {
    Node node;
    node.mark = mark_of(mark);
    return node;
  }

  /// To the parser, whatever cannot continue a document begins another.
  const char* describe_second_document(std::size_t offset) const {
    const std::string_view text = source_.text();
    if (text.substr(offset).starts_with("---") || trim(text.substr(0, offset)).ends_with("\n...")) {
      return "a second document begins here: a file holds one";
    }
    return "this does not continue what is above it: check the indentation, and for a blank after "
           "':'";
  }

  std::string spelling_of_null(std::size_t offset) const {
    const std::string_view rest = std::string_view(source_.text()).substr(offset);
    for (const std::string_view spelling : {"~", "null", "Null", "NULL"}) {
      if (!rest.starts_with(spelling)) continue;
      const std::string_view after = rest.substr(spelling.size(), 1);
      if (after.empty() || std::string_view(" \t\n,]}:").find(after) != std::string_view::npos) {
        return std::string(spelling);
      }
    }
    return {};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const std::size_t offset = offset_of(mark);
    // A bare "!" looks like a quoted scalar to the parser.
    const bool bare = offset < source_.text().size() && source_.text()[offset] == '!';
    if (anchor != 0 || (!bare && (tag == "?" || tag == "!" || tag.empty()))) return;
    problems_.add(mark_of(mark), "tags (!name) are not supported: the field decides the type");
  }

  void start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    refuse_tag(mark, tag, anchor);
    if (open_.size() >= static_cast<std::size_t>(max_depth)) {
      throw_syntax_error(problems_.file(), mark_of(mark),
                         fmt::format("nested more than {} levels deep", max_depth));
    }
    Node node = scalar(mark);
    node.kind = kind;
    open_.push_back({std::move(node), std::nullopt});
  }

  void end() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    finish(std::move(node));
  }

  /// Puts a complete node where it belongs.
  void finish(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.entry) {
      parent.entry->value = std::move(node);
      parent.node.entries.push_back(std::move(*parent.entry));
      parent.entry.reset();
    } else {
      parent.entry = as_key(node);
    }
  }

  Entry as_key(const Node& node) {
    Entry entry{node.text, node.plain, node.mark, {}};
    if (!node.is_scalar()) problems_.add(node.mark, "a key must be text");
    if (node.is_scalar() && node.plain && node.text == "<<") {
      problems_.add(node.mark,
                    "merge keys (<<) are not supported: write the values where they are needed");
    }
    return entry;
  }

  Source& source_;
  Problems& problems_;
  std::vector<Open> open_;
  int documents_ = 0;
};

std::size_t offset_of(const YAML::Exception& problem, std::string_view text) {
  if (problem.mark.is_null()) return text.size();
  const auto offset = static_cast<std::size_t>(problem.mark.pos);
  // The parser has read the backslash and the character behind it.
  const bool is_escape = std::string_view(problem.msg).starts_with(YAML::ErrorMsg::INVALID_ESCAPE);
  return is_escape && offset >= 2 ? offset - 2 : offset;
}

}  // namespace

Node parse(std::string text, Problems& problems) {
  Source source(text, problems.file());
  StringBuffer buffer(source.text());
  std::istream stream(&buffer);
  Builder builder(source, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& problem) {
    const std::size_t offset = offset_of(problem, source.text());
    throw_syntax_error(problems.file(), source.mark_at(offset),
                       syntax_message(problem.msg, source.text(), offset));
  }
  return std::move(builder.root);
}

Node parse(std::string text, std::string_view file_name) {
  Problems problems{std::string(file_name)};
  Node root = parse(std::move(text), problems);
  throw_if_any(problems.sorted());
  return root;
}

}  // namespace llmctl::yaml
