#include "storage/find_id.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "storage/conversations.h"

namespace llmctl::storage {
namespace {

constexpr std::size_t fewest_digits = 8;
constexpr std::int64_t most_candidates = 6;

using FindEndings = std::vector<Uuid> (*)(Database&, std::string_view, std::int64_t);

std::string hint_of(std::string_view noun) {
  return noun == "message" ? "llmctl audit list" : "llmctl conversation list";
}

Uuid find_id(Database& database, const std::string& text, std::string_view noun,
             FindEndings find_endings) {
  if (const auto whole = parse_uuid(text)) return *whole;
  std::string hex = to_lower_ascii(text);
  std::erase(hex, '-');
  const bool is_ending = hex.size() >= fewest_digits && hex.size() < 32 &&
                         hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  const std::vector<Uuid> candidates =
      is_ending ? find_endings(database, hex, most_candidates) : std::vector<Uuid>{};
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty()) {
    // Ids made at the same time begin alike.
    const std::string which =
        is_ending ? ", where a short id is the last 8 digits of the whole" : "";
    throw Error(ErrorKind::not_found, fmt::format("no {} '{}'", noun, text), hint_of(noun) + which);
  }
  std::string list;
  for (const Uuid& id : candidates)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(id));
  throw Error(ErrorKind::usage, fmt::format("several {}s end in '{}'", noun, text),
              "write more digits: " + list);
}

}  // namespace

Uuid find_conversation_id(Database& database, const std::string& text) {
  return find_id(database, text, "conversation", conversation_ids_ending_in);
}

Uuid find_message_id(Database& database, const std::string& text) {
  return find_id(database, text, "message", message_ids_ending_in);
}

}  // namespace llmctl::storage
