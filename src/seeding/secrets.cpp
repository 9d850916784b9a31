#include "seeding/secrets.h"

#include <fmt/format.h>

namespace llmctl::seeding {
namespace {

/// `key` is the nearest one above: it also names the members of a list.
bool report_below(const yaml::Node& node, std::string_view name, std::string_view key,
                  yaml::Problems& problems) {
  bool found = false;
  if (node.is_scalar()) {
    const bool is_word_of_yaml =
        node.plain && (node.text == "null" || node.text == "true" || node.text == "false");
    found = !is_word_of_yaml && is_literal_secret(key, node.text);
    if (found) {
      problems.add(
          node.mark,
          fmt::format("{}: holds a secret: name a credential instead (credential: NAME)", name));
    }
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    found |= report_below(node.items[i], fmt::format("{}[{}]", name, i), key, problems);
  }
  for (const yaml::Entry& entry : node.entries) {
    if (looks_like_secret(entry.key)) {
      problems.add(entry.mark, fmt::format("{}: a key of it holds a secret", name));
      found = true;
      continue;
    }
    found |= report_below(entry.value, fmt::format("{}.{}", name, entry.key), entry.key, problems);
  }
  return found;
}

}  // namespace

bool report_secrets(const yaml::Node& node, std::string_view name, yaml::Problems& problems) {
  return report_below(node, name, "", problems);
}

}  // namespace llmctl::seeding
