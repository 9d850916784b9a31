#include "base/secrets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"

namespace llmctl {
namespace {

constexpr const char* mask = "(secret)";

constexpr std::string_view digits = "0123456789";
constexpr std::string_view upper_or_digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view token_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

// Compared without '-' and '_', lower case: api_key, apiKey, X-API-Key.
constexpr std::array<std::string_view, 6> secret_keys{
    "token", "secret", "authorization", "proxyauthorization", "passphrase", "cookie"};
constexpr std::array<std::string_view, 12> secret_key_endings{
    "apikey",    "password",  "passwd",      "clientsecret", "privatekey",   "secretkey",
    "accesskey", "authtoken", "accesstoken", "bearertoken",  "sessiontoken", "refreshtoken"};
constexpr std::array<std::string_view, 7> suspicious_parts{"key",  "token", "secret", "auth",
                                                           "pass", "cred",  "sign"};
constexpr std::array<std::string_view, 9> secret_parameters{
    "key",       "apikey", "token",    "accesstoken", "sig",
    "signature", "secret", "password", "clientsecret"};

std::string bare(std::string_view key) {
  std::string result = to_lower_ascii(key);
  std::erase_if(result, [](char c) { return c == '-' || c == '_'; });
  return result;
}

bool is_secret_key(std::string_view key) {
  const std::string name = bare(key);
  return std::ranges::find(secret_keys, name) != secret_keys.end() ||
         std::ranges::any_of(secret_key_endings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_word(char c) { return token_characters.substr(0, 62).find(c) != std::string_view::npos; }

/// A prefix at the start of a word, followed by at least `length` characters of a set.
struct Shape {
  std::string_view prefix;
  std::string_view characters;
  std::size_t length;
  bool needs_digit;  ///< so that words like "sk-based-embeddings-model" are no keys
};
constexpr std::array<Shape, 17> shapes{{
    {"sk-", token_characters, 16, true},
    {"AKIA", upper_or_digit, 16, false},
    {"ASIA", upper_or_digit, 16, false},
    {"ghp_", token_characters, 20, false},
    {"gho_", token_characters, 20, false},
    {"ghu_", token_characters, 20, false},
    {"ghs_", token_characters, 20, false},
    {"ghr_", token_characters, 20, false},
    {"github_pat_", token_characters, 20, false},
    {"xoxb-", token_characters, 10, false},
    {"xoxa-", token_characters, 10, false},
    {"xoxp-", token_characters, 10, false},
    {"xoxr-", token_characters, 10, false},
    {"xoxs-", token_characters, 10, false},
    {"AIza", token_characters, 30, false},
    {"Bearer ", token_characters, 16, true},
    {"Basic ", token_characters, 16, true},
}};

bool has_shape(std::string_view text, const Shape& shape) {
  std::size_t next = 0;
  for (std::size_t at = text.find(shape.prefix); at != std::string_view::npos;
       at = text.find(shape.prefix, next)) {
    next = at + 1;
    if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '_')) continue;
    std::string_view rest = text.substr(at + shape.prefix.size());
    // A set without '_' would cut most keys short.
    const auto* const end = std::ranges::find_if(rest, [&](char c) {
      return shape.characters.find(c) == std::string_view::npos && c != '_';
    });
    rest = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    const bool is_long_enough = rest.size() >= shape.length;
    if (is_long_enough &&
        (!shape.needs_digit || rest.find_first_of(digits) != std::string_view::npos))
      return true;
    // What is too short or has no digit has no part that is better: only a prefix that reaches
    // beyond it is worth a look, and no character is looked at again and again.
    next = at + rest.size() + 1;
  }
  return false;
}

/// https://user:password@host, or ?key=… in a URL.
bool is_url_with_secret(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
  if (authority.find('@') != std::string_view::npos) return true;
  std::size_t name_end = 0;
  for (std::size_t at = rest.find_first_of("?&"); at != std::string_view::npos;
       at = rest.find_first_of("?&", name_end)) {
    name_end = std::min(rest.find_first_of("=?&# ", at + 1), rest.size());
    const std::string_view value = rest.substr(name_end);
    if (!value.starts_with('=') || value.size() == 1 || value[1] == '&' || value[1] == '#' ||
        value[1] == ' ')
      continue;
    const std::string name = bare(rest.substr(at + 1, name_end - at - 1));
    if (std::ranges::find(secret_parameters, name) != secret_parameters.end()) return true;
  }
  return false;
}

double bits_per_character(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

bool is_random_under_suspicious_key(std::string_view key, std::string_view text) {
  const std::string name = bare(key);
  const bool suspicious = std::ranges::any_of(suspicious_parts, [&](std::string_view part) {
    return name.find(part) != std::string::npos;
  });
  return suspicious && text.size() >= 32 && text.find(' ') == std::string_view::npos &&
         bits_per_character(text) > 4;
}

nlohmann::json mask_below(const nlohmann::json& value, std::string_view key) {
  if (value.is_string()) {
    return is_literal_secret(key, value.get_ref<const std::string&>()) ? nlohmann::json(mask)
                                                                       : value;
  }
  if (value.is_number() && is_secret_key(key)) return mask;
  if (value.is_array()) {
    nlohmann::json masked = nlohmann::json::array();
    for (const auto& item : value) masked.push_back(mask_below(item, key));
    return masked;
  }
  if (!value.is_object()) return value;
  nlohmann::json masked = nlohmann::json::object();
  for (const auto& [name, item] : value.items()) {
    masked[looks_like_secret(name) ? mask : name] = mask_below(item, name);
  }
  return masked;
}

bool holds_private_key(std::string_view text) {
  const std::size_t header = text.find("-----BEGIN ");
  return header != std::string_view::npos &&
         text.find("PRIVATE KEY-----", header) != std::string_view::npos;
}

/// Unlike "Bearer …", which any text about requests may have.
bool is_prefix_of_keys(const Shape& shape) { return !shape.prefix.ends_with(' '); }

}  // namespace

bool looks_like_secret(std::string_view text) {
  if (std::ranges::any_of(shapes, [&](const Shape& shape) { return has_shape(text, shape); }))
    return true;
  const std::size_t token = text.find("eyJ");
  if (token != std::string_view::npos && text.find(".eyJ", token) != std::string_view::npos)
    return true;
  return holds_private_key(text) || is_url_with_secret(text);
}

bool holds_known_key(std::string_view text) {
  return holds_private_key(text) || std::ranges::any_of(shapes, [&](const Shape& shape) {
           return is_prefix_of_keys(shape) && has_shape(text, shape);
         });
}

std::string mask_known_key(const std::string& text) { return holds_known_key(text) ? mask : text; }

bool is_literal_secret(std::string_view key, std::string_view text) {
  if (text.empty()) return false;
  return is_secret_key(key) || looks_like_secret(text) || is_random_under_suspicious_key(key, text);
}

nlohmann::json mask_secrets(const nlohmann::json& value) { return mask_below(value, ""); }

JsonText mask_secrets(const JsonText& stored) {
  // The canonical form is never nested deeper than a reader can stand.
  return {canonical_json(mask_secrets(nlohmann::json::parse(canonical_json(stored))))};
}

}  // namespace llmctl
