#pragma once

#include <cstdint>

#include "base/time.h"
#include "base/uuid.h"

namespace llmctl::seeding {

/// Random choices that are the same on every machine for one seed; the distributions of the
/// standard library are not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  /// From 0 up to, not including, `limit`, which is at least 1 and less than 2^32.
  std::uint64_t below(std::uint64_t limit) { return (random_.next() >> 32) * limit >> 32; }
  /// From `least` to `most`, both included.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  /// True that many times in a thousand.
  bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(list.size())];
  }
  /// Mostly between half of it and one and a half; one in four doubles, one of those again, and so
  /// on, up to sixty-four times.
  Duration long_tailed(Duration typical) {
    const auto half = static_cast<std::uint64_t>(typical.count()) / 2;
    Duration length{static_cast<std::int64_t>(half + between(0, 1'000'000) * half / 500'000)};
    for (int doubled = 0; doubled < 6 && below(4) == 0; ++doubled) length *= 2;
    return length;
  }
  std::uint64_t bits() { return random_.next(); }

 private:
  RandomSource random_;
};

}  // namespace llmctl::seeding
