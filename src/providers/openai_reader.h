#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace llmctl::providers::openai {

struct ReaderOptions {
  std::vector<std::string_view> request_id_headers;  ///< the first that is there counts
  std::function<Timestamp()> now;                    ///< for dates in headers
};

/// Reads a chat completion, or a stream of its chunks: the reply's content type says which.
std::unique_ptr<ReplyReader> make_reader(ReaderOptions options);

}  // namespace llmctl::providers::openai
