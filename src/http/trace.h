#pragma once

#include <functional>
#include <string_view>

#include "http/message.h"
#include "http/url.h"

namespace llmctl::http {

/// What may be shown of a request and of a reply's head, line by line: header values only where the
/// name is known to go without secrets, no query, no body.
void trace_request(const Request& request, const Url& url,
                   const std::function<void(std::string_view line)>& print);
void trace_reply(const ReplyHead& head, const std::function<void(std::string_view line)>& print);

}  // namespace llmctl::http
