#pragma once

#include <chrono>

#include "workplace.h"

namespace llmctl::bench {

/// The longest time that another writer was kept out at a stretch while `llmctl seed apply` wrote
/// `objects` providers. That writer asks for the lock again and again, and never holds it.
std::chrono::duration<double, std::milli> longest_write_lock(const Workplace& workplace,
                                                             int objects);

inline constexpr double write_lock_target = 250;  ///< milliseconds, at most
inline constexpr int write_lock_objects = 1'000;

}  // namespace llmctl::bench
