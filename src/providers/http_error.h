#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "providers/provider.h"

/// What HTTP says of an error, for every provider that speaks it.
namespace llmctl::providers {

/// How long the server asks to wait: the first usable of retry-after-ms, x-ms-retry-after-ms,
/// x-amz-retry-after (milliseconds) and Retry-After (seconds, or an HTTP-date measured against the
/// reply's own Date, else `now`). Zero, negative and unreadable ones are not usable.
std::optional<Duration> advised_wait(const http::Headers& headers, Timestamp now);

/// What a status means where the body says nothing better.
ProviderErrorKind kind_of_status(int status);

/// A failed result of a reply with this head. Retryable: never quota; x-should-retry, if it is
/// there; else 408, 409, 429, 5xx but 501 and 505, and in a reply that began well what is_transient
/// says, but not auth, invalid_request, context_length, content_filter or not_found. `message` is
/// cut to 2,000 bytes of printable text.
ProviderResult failed_reply(const http::ReplyHead& head, ProviderErrorKind kind,
                            std::string_view message, Timestamp now);

/// A failed result of a reply that cannot be understood: "malformed", never retried.
ProviderResult malformed_reply(const http::ReplyHead& head, std::string_view what);

}  // namespace llmctl::providers
