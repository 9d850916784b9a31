#pragma once

namespace llmctl::cli {

class Noun;

/// Adds `llmctl seed generate`.
void add_generate(Noun& noun);

}  // namespace llmctl::cli
