#include "seeding/fingerprint.h"

#include <fmt/format.h>

#include <charconv>

#include "base/build_id.h"
#include "base/sha256.h"
#include "base/text.h"
#include "seeding/include_file.h"

namespace llmctl::seeding {
namespace {

/// No path holds it.
constexpr char separator = '\0';

/// Prefixed by its length, so that no two lists of texts are the same bytes.
void append(std::string& all, std::string_view text) {
  all += fmt::format("{}:", text.size());
  all += text;
}

}  // namespace

std::string fingerprint(const std::vector<SeedSource>& sources,
                        const std::vector<std::string>& settings) {
  std::string all;
  append(all, LLMCTL_VERSION);
  append(all, build_id());
  append(all, std::to_string(settings.size()));
  for (const std::string& setting : settings) append(all, setting);
  for (const SeedSource& source : sources) append(all, sha256_of(source));
  return sha256_hex(all);
}

std::string list_included(const SeedSet& set) {
  std::string list;
  for (const IncludedFile& file : set.included)
    list += fmt::format("{} {}", file.source, file.path) + separator;
  return list;
}

std::string fingerprint_with_included(const std::string& fingerprint, const SeedSet& set) {
  std::string all = fingerprint;
  for (const IncludedFile& file : set.included) append(all, file.sha256);
  return sha256_hex(all);
}

std::optional<std::string> fingerprint_with_listed(const std::string& fingerprint,
                                                   const std::vector<SeedSource>& sources,
                                                   const std::string& list) {
  std::string all = fingerprint;
  for (const std::string& entry : split(list, separator)) {
    std::size_t number = 0;
    const char* const end = entry.data() + entry.size();
    const auto [after, problem] = std::from_chars(entry.data(), end, number);
    if (problem != std::errc{} || after == end || number >= sources.size()) return std::nullopt;
    try {
      append(all, sha256_hex(read_included_file(sources[number].directory, {after + 1, end})));
    } catch (const Error&) {
      return std::nullopt;
    }
  }
  return sha256_hex(all);
}

}  // namespace llmctl::seeding
