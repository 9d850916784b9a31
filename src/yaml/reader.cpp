#include "yaml/reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

#include "base/text.h"
#include "yaml/source.h"
#include "yaml/syntax_messages.h"
#include "yaml/tree_builder.h"

namespace llmctl::yaml {
namespace {

/// Brackets may turn out to be a key, so that the parser queues all that is in them until it has
/// seen their end, at some 100 bytes a part. A part begins with one of these characters, or follows
/// one. As many as may be are enough for a JSON document of 5 MB.
constexpr std::string_view part_indicators = "?:,[]{}&*!'\"%";
constexpr int max_queued_parts = 500'000;

struct TooManyParts {};

/// Reads a string in place: std::istringstream would copy it. Throws TooManyParts when the parser
/// takes more and more of it without any event.
class StringBuffer final : public std::streambuf {
 public:
  explicit StringBuffer(const std::string& text) {
    char* const begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }

  void note_event() { had_event_ = true; }

 protected:
  std::streamsize xsgetn(char* target, std::streamsize size) override {
    const std::streamsize got = std::streambuf::xsgetn(target, size);
    if (std::exchange(had_event_, false)) {
      parts_ = 0;
    } else {
      parts_ += std::count_if(target, target + got, [](char c) {
        return part_indicators.find(c) != std::string_view::npos;
      });
    }
    if (parts_ > max_queued_parts) throw TooManyParts();
    return got;
  }

 private:
  bool had_event_ = false;
  std::ptrdiff_t parts_ = 0;
};

/// Whether the quoted text that begins here ends. The parser takes the end of the file for a
/// closing quote.
bool is_closed(std::string_view rest) {
  const bool is_double = rest[0] == '"';
  for (std::size_t at = 1;; at += 2) {
    at = rest.find_first_of(is_double ? "\"\\" : "'", at);
    if (at == std::string_view::npos) return false;
    const bool is_escape = is_double ? rest[at] == '\\' : rest.substr(at).starts_with("''");
    if (!is_escape) return true;
  }
}

/// The parser writes the escapes \N and \_ (U+0085, U+00A0) in Latin-1.
std::string repair_utf8(std::string_view text) {
  std::string repaired;
  for (auto at = find_invalid_utf8(text); at; at = find_invalid_utf8(text)) {
    repaired.append(text.substr(0, *at)).append({'\xc2', text[*at]});
    text.remove_prefix(*at + 1);
  }
  return repaired.append(text);
}

std::string spelling_of_null(std::string_view rest) {
  for (const std::string_view spelling : {"~", "null", "Null", "NULL"}) {
    if (!rest.starts_with(spelling)) continue;
    const std::string_view after = rest.substr(spelling.size(), 1);
    if (after.empty() || std::string_view(" \t\n,]}:").find(after) != std::string_view::npos) {
      return std::string(spelling);
    }
  }
  return {};
}

/// Builds nodes from the parser's events and reports what YAML allows and we do not.
class EventReader final : public YAML::EventHandler {
 public:
  EventReader(Source& source, StringBuffer& buffer, TreeBuilder& builder, Problems& problems)
      : source_(source), buffer_(buffer), builder_(builder), problems_(problems) {}

  /// Where the latest event was.
  std::size_t offset() const { return offset_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    note_event(mark);
    if (documents_++ > 0) {
      throw_syntax_error(problems_.file(), mark_here(), describe_second_document());
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    note_event(mark);
    // The parser's mark of a value that is not there is the next token's.
    Node node;
    node.text = spelling_of_null(rest());
    const Entry* const key = builder_.open_key();
    node.mark = node.text.empty() && key != nullptr ? key->mark : mark_here();
    builder_.add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    note_event(mark);
    problems_.refuse(mark_here(), no_aliases);
    Node node;
    node.mark = mark_here();
    builder_.add(std::move(node));
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    note_event(mark);
    problems_.add(mark_here(),
                  "anchors (&name) are not supported: write the value where it is needed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    note_event(mark);
    refuse_tag(tag, anchor);
    Node node;
    node.mark = mark_here();
    node.plain = tag == "?";
    node.text = node.plain ? text : check_quoted(text);
    if (node.text.find('\0') != std::string::npos) {
      problems_.add(node.mark, "text with a NUL character cannot be stored");
      node.text.clear();
      node.plain = false;
    }
    builder_.add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(Node::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { builder_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(Node::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  void note_event(const YAML::Mark& mark) {
    buffer_.note_event();
    const std::size_t end = source_.text().size();
    offset_ = mark.is_null() ? end : std::min(static_cast<std::size_t>(mark.pos), end);
  }
  Mark mark_here() { return source_.mark_at(offset_); }
  std::string_view rest() const { return std::string_view(source_.text()).substr(offset_); }

  /// To the parser, whatever cannot continue a document begins another.
  const char* describe_second_document() const {
    const std::string_view before = std::string_view(source_.text()).substr(0, offset_);
    if (rest().starts_with("---") || trim(before).ends_with("\n...")) {
      return "a second document begins here: a file holds one";
    }
    return "this does not continue what is above it: check the indentation, and for a blank after "
           "':'";
  }

  std::string check_quoted(const std::string& text) {
    if ((rest().starts_with('"') || rest().starts_with('\'')) && !is_closed(rest())) {
      throw_syntax_error(problems_.file(), mark_here(), "this quote is not closed");
    }
    return repair_utf8(text);
  }

  void refuse_tag(const std::string& tag, YAML::anchor_t anchor) {
    // A bare "!" looks like a quoted scalar to the parser.
    const bool bare = rest().starts_with('!');
    if (anchor != 0 || (!bare && (tag == "?" || tag == "!" || tag.empty()))) return;
    problems_.add(mark_here(), "tags (!name) are not supported: the field decides the type");
  }

  void start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    note_event(mark);
    refuse_tag(tag, anchor);
    builder_.start(kind, mark_here());
  }

  Source& source_;
  StringBuffer& buffer_;
  TreeBuilder& builder_;
  Problems& problems_;
  std::size_t offset_ = 0;
  int documents_ = 0;
};

Node read(std::string text, TreeBuilder& builder, Problems& problems) {
  Source source(std::move(text), problems.file());
  StringBuffer buffer(source.text());
  std::istream stream(&buffer);
  EventReader reader(source, buffer, builder, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& problem) {
    const std::size_t end = source.text().size();
    const std::size_t stop =
        problem.mark.is_null() ? end : static_cast<std::size_t>(problem.mark.pos);
    const std::size_t offset = syntax_offset(problem.msg, source.text(), stop);
    throw_syntax_error(problems.file(), source.mark_at(offset),
                       syntax_message(problem.msg, source.text(), offset));
  } catch (const TooManyParts&) {
    const std::size_t start = source.text().find_first_of("[{\"'|>", reader.offset());
    throw_syntax_error(problems.file(), source.mark_at(start),
                       "too much for one text or pair of brackets: write one key or item a line, "
                       "without brackets");
  }
  return builder.take_root();
}

}  // namespace

Node parse(std::string text, Problems& problems) {
  TreeBuilder builder(problems);
  return read(std::move(text), builder, problems);
}

Node parse(std::string text, std::string_view file_name) {
  Problems problems{std::string(file_name)};
  Node root = parse(std::move(text), problems);
  throw_if_any(problems.sorted());
  return root;
}

Node parse_sections(std::string text, std::span<const std::string_view> streamed,
                    const EntrySink& sink, Problems& problems) {
  TreeBuilder builder(problems, streamed, sink);
  return read(std::move(text), builder, problems);
}

}  // namespace llmctl::yaml
