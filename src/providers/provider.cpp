#include "providers/provider.h"

#include <array>

namespace llmctl::providers {
namespace {

struct KindRow {
  ProviderErrorKind kind;
  std::string_view name;
  bool transient;
};
constexpr std::array<KindRow, 14> kinds{{
    {ProviderErrorKind::auth, "auth", false},
    {ProviderErrorKind::not_found, "not_found", false},
    {ProviderErrorKind::rate_limited, "rate_limited", true},
    {ProviderErrorKind::quota, "quota", false},
    {ProviderErrorKind::invalid_request, "invalid_request", false},
    {ProviderErrorKind::context_length, "context_length", false},
    {ProviderErrorKind::content_filter, "content_filter", false},
    {ProviderErrorKind::overloaded, "overloaded", true},
    {ProviderErrorKind::server, "server", true},
    {ProviderErrorKind::timeout, "timeout", true},
    {ProviderErrorKind::network, "network", true},
    {ProviderErrorKind::tls, "tls", true},
    {ProviderErrorKind::malformed, "malformed", false},
    {ProviderErrorKind::cancelled, "cancelled", false},
}};

const KindRow& row_of(ProviderErrorKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view kind_name(ProviderErrorKind kind) { return row_of(kind).name; }

bool is_transient(ProviderErrorKind kind) { return row_of(kind).transient; }

std::optional<ProviderErrorKind> parse_provider_error_kind(std::string_view name) {
  for (const KindRow& row : kinds) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

std::vector<std::string> provider_error_kind_names() {
  std::vector<std::string> names;
  for (const KindRow& row : kinds) names.emplace_back(row.name);
  return names;
}

}  // namespace llmctl::providers
