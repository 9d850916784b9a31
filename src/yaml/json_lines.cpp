#include "yaml/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "yaml/source.h"
#include "yaml/tree_builder.h"

namespace llmctl::yaml {
namespace {

using nlohmann::json;

struct Translation {
  std::string_view parser_message;  ///< a part of it
  std::string_view message;
  bool in_token;  ///< the parser stopped at a byte inside of a token, not at a whole token
};

constexpr std::array<Translation, 8> translations{{
    {"missing closing quote", "this quote is not closed", false},
    {"control character", "this character must be escaped, as in \\n", true},
    {"forbidden character after backslash", "unknown escape: write \\\\ for a backslash", true},
    {"must be followed by 4 hex digits", "\\u must be followed by four hexadecimal digits", true},
    {"surrogate", "\\uD800 to \\uDFFF come in pairs only", true},
    {"invalid number", "this is no number: JSON's are like -1, 0.5 and 2e3", true},
    {"invalid literal", "this is no JSON: text must be in double quotes", true},
    {"", "this is not expected here", false},
}};

/// How long the number is that the text begins with.
std::size_t number_length(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto skip_digits = [&] {
    at = std::min(text.find_first_not_of("0123456789", at), text.size());
  };
  const auto skip_any_of = [&](std::string_view characters) {
    const bool is_there = at < text.size() && characters.find(text[at]) != std::string_view::npos;
    if (is_there) ++at;
    return is_there;
  };
  if (!skip_any_of("0")) skip_digits();
  if (skip_any_of(".")) skip_digits();
  if (skip_any_of("eE")) {
    skip_any_of("+-");
    skip_digits();
  }
  return at;
}

/// Builds nodes from the parser's events. Events come without positions, but in the order of the
/// text, so that each event's token is the next one.
class EventReader final : public nlohmann::json_sax<json> {
 public:
  EventReader(std::string_view line, int number, TreeBuilder& builder, Problems& problems)
      : line_(line), builder_(builder), problems_(problems) {
    mark_.line = number;
  }

  bool null() override { return add_plain(4); }
  bool boolean(bool value) override { return add_plain(value ? 4 : 5); }
  bool number_integer(number_integer_t) override { return add_number(); }
  bool number_unsigned(number_unsigned_t) override { return add_number(); }
  bool number_float(number_float_t, const string_t&) override { return add_number(); }
  bool string(string_t& text) override { return add_quoted(text); }
  bool key(string_t& text) override { return add_quoted(text); }
  bool binary(binary_t&) override { return false; }  // not of a text
  bool start_object(std::size_t) override { return start(Node::Kind::mapping); }
  bool start_array(std::size_t) override { return start(Node::Kind::sequence); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t bytes_read, const std::string&,
                   const json::exception& problem) override {
    if (problem.id == out_of_range) {
      go_to_token();
      const std::string_view number = line_.substr(at_, number_length(line_.substr(at_)));
      refuse(fmt::format("the number {} is too large", in_quotes(number)));
    }
    const std::string_view message = problem.what();
    const auto* const known = std::ranges::find_if(translations, [&](const Translation& one) {
      return message.find(one.parser_message) != std::string_view::npos;
    });
    if (known->in_token) {
      go_to(bytes_read - 1);
    } else {
      go_to_unexpected_token(bytes_read);
    }
    if (at_ == line_.size()) refuse("the line ends in the middle of a value");
    refuse(std::string(known->message));
  }

 private:
  static constexpr int out_of_range = 406;  ///< nlohmann's id of a number that does not fit

  [[noreturn]] void refuse(std::string message) const {
    throw_syntax_error(problems_.file(), mark_, std::move(message));
  }

  void go_to(std::size_t offset) {
    offset = std::min(offset, line_.size());
    if (offset > at_) {
      mark_.column += static_cast<int>(count_code_points(line_.substr(at_, offset - at_)));
    }
    at_ = std::max(at_, offset);
  }
  void go_to_token() { go_to(line_.find_first_not_of(" \t\r\n,:", at_)); }

  /// The token that ends here may be a separator itself; one before it was in its place.
  void go_to_unexpected_token(std::size_t end) {
    constexpr std::string_view blanks = " \t\r\n";
    go_to(line_.find_first_not_of(blanks, at_));
    if (at_ + 1 < end && at_ < line_.size() && (line_[at_] == ',' || line_[at_] == ':')) {
      go_to(line_.find_first_not_of(blanks, at_ + 1));
    }
  }

  void skip_string() {
    std::size_t end = line_.find_first_of("\"\\", at_ + 1);
    while (line_[end] == '\\') end = line_.find_first_of("\"\\", end + 2);
    go_to(end + 1);
  }

  bool add_number() {
    go_to_token();
    return add_plain(number_length(line_.substr(at_)));
  }

  bool add_plain(std::size_t length) {
    go_to_token();
    Node node;
    node.mark = mark_;
    node.text = line_.substr(at_, length);
    go_to(at_ + length);
    builder_.add(std::move(node));
    return true;
  }

  bool add_quoted(const std::string& text) {
    go_to_token();
    if (text.find('\0') != std::string::npos) refuse("text with a NUL character cannot be stored");
    Node node;
    node.mark = mark_;
    node.plain = false;
    node.text = text;
    skip_string();
    builder_.add(std::move(node));
    return true;
  }

  bool start(Node::Kind kind) {
    go_to_token();
    builder_.start(kind, mark_);
    go_to(at_ + 1);
    return true;
  }

  bool end() {
    go_to_token();
    go_to(at_ + 1);
    builder_.end();
    return true;
  }

  std::string_view line_;
  TreeBuilder& builder_;
  Problems& problems_;
  std::size_t at_ = 0;  ///< behind the latest token; mark_ is there, too
  Mark mark_;
};

}  // namespace

Node parse_json_line(std::string_view line, int line_number, Problems& problems) {
  while (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  const auto refuse_at = [&](std::size_t offset, std::string message) {
    const auto before = static_cast<int>(count_code_points(line.substr(0, offset)));
    throw_syntax_error(problems.file(), {line_number, before + 1}, std::move(message));
  };
  if (const auto invalid = find_invalid_utf8(line)) refuse_at(*invalid, "this byte is not UTF-8");
  // To the parser it ends the text.
  if (const std::size_t nul = line.find('\0'); nul != std::string_view::npos) {
    refuse_at(nul, "a NUL character is not allowed");
  }
  TreeBuilder builder(problems);
  EventReader reader(line, line_number, builder, problems);
  json::sax_parse(line.begin(), line.end(), &reader);
  return builder.take_root();
}

}  // namespace llmctl::yaml
