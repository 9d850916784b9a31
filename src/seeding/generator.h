#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/records.h"

/// Made-up conversations as turns would have left them, the same on every machine.
namespace llmctl::seeding {

/// Both ends included.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

/// An LLM that answers, and the revision that says how it stands.
struct CastLlm {
  model::LlmProvider record;
  std::optional<std::int64_t> revision;
};

/// An agent, and which LLMs it talks through.
struct CastAgent {
  model::Agent record;
  std::optional<std::int64_t> revision;
  std::vector<std::size_t> llms;  ///< positions in Cast::llms, at least one; the first most often
};

/// Who takes part. There is at least one agent.
struct Cast {
  std::vector<CastAgent> agents;
  std::vector<CastLlm> llms;
};

/// One conversation with everything that belongs to it, in order of time.
struct GeneratedConversation {
  model::Conversation conversation;
  std::vector<model::Message> messages;
  std::vector<model::Attempt> attempts;
};

/// Makes the conversations of one endless series by their number. What it makes depends on nothing
/// else: a longer run begins with what a shorter one made.
class Generator {
 public:
  /// `key` stands for everything that tells one series from another; `messages` is how many a
  /// conversation has. The first begins after `start`; about 2000 begin in a week, most of them at
  /// working hours.
  Generator(Cast cast, std::uint64_t key, Range messages, Timestamp start);

  /// The id that conversation `number` has, at little cost.
  Uuid id_of(std::uint64_t number) const;
  GeneratedConversation make(std::uint64_t number) const;

  Cast& cast() { return cast_; }

 private:
  std::uint64_t seed_of(std::uint64_t number) const;
  Timestamp start_of(std::uint64_t number) const;

  Cast cast_;
  std::uint64_t key_;
  Range messages_;
  Timestamp start_;
};

}  // namespace llmctl::seeding
