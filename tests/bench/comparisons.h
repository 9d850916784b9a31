#pragma once

#include "workplace.h"

/// What `./dev bench` compares, by subject. Each function prepares its files and says what is run.
namespace llmctl::bench {

// setup.cpp
Comparison version(const Workplace& workplace);
Comparison migrate_missing(const Workplace& workplace);
Comparison migrate_nothing(const Workplace& workplace);
Comparison migrate_and_seed(const Workplace& workplace);
Comparison migrate_status(const Workplace& workplace);
Comparison migrate_status_rows(const Workplace& workplace);
Comparison template_hit(const Workplace& workplace);

// seeds.cpp
Comparison seed_from_yaml(const Workplace& workplace);
Comparison seed_from_json_lines(const Workplace& workplace);

// chat.cpp
Comparison turn(const Workplace& workplace);
int commits_of_a_turn(const Workplace& workplace);

// audit.cpp
Comparison audit(const Workplace& workplace);

}  // namespace llmctl::bench
