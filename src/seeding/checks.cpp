#include "seeding/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/text.h"
#include "providers/provider.h"
#include "storage/catalog.h"
#include "yaml/problems.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;

/// Calls `use` with each section of the set.
template <class Use>
void for_each_kind(const SeedSet& set, Use use) {
  use(set.llm_providers);
  use(set.agents);
  use(set.tools);
}

using IdsByKind = std::map<std::string_view, std::unordered_set<std::string>>;

IdsByKind ids_of(const SeedSet& set) {
  IdsByKind ids;
  for_each_kind(set, [&]<class Record>(const std::vector<SeedObject<Record>>& objects) {
    for (const auto& object : objects) ids[model::kind_of<Record>].insert(object.record.id);
  });
  return ids;
}

std::string_view noun_of_kind(std::string_view kind) {
  return kind == model::kind_of<Tool> ? model::noun_of<Tool> : model::noun_of<LlmProvider>;
}

/// Finds what is wrong with the objects of a set, given what else exists.
class Checker {
 public:
  Checker(const SeedSet& set, const Known& known) : own_(ids_of(set)), known_(known) {}

  template <class Record>
  void check(const SeedObject<Record>& object) {
    for (const Reference& reference : object.references) check_reference(reference);
    check_settings(object);
    if (known_.exists(model::kind_of<Record>, object.record.id)) return;
    for (const auto& field : model::fields<Record>) {
      if (!field.required || object.named.contains(field.name)) continue;
      add(object.place, fmt::format("{} {}: a new one needs '{}'", model::noun_of<Record>,
                                    yaml::in_quotes(object.record.id), field.name));
    }
  }

  std::vector<ErrorDetail> take() {
    std::ranges::stable_sort(details_, {}, [](const ErrorDetail& detail) {
      return std::tuple(detail.file, detail.line, detail.column);
    });
    return std::move(details_);
  }

 private:
  template <class Record>
  void check_settings(const SeedObject<Record>&) {}

  /// A provider that llmctl has says itself what it cannot work with: the Dummy's script, say.
  void check_settings(const SeedObject<LlmProvider>& object) {
    const auto configuration = object.named.find("configuration");
    if (configuration == object.named.end() || !providers::has_implementation(object.record))
      return;
    try {
      providers::get_provider(object.record);
    } catch (const Error& problem) {
      const std::string hint = problem.hint.empty() ? "" : ", " + problem.hint;
      add(configuration->second, problem.what() + hint);
    }
  }

  void check_reference(const Reference& reference) {
    const auto& own = own_[reference.target_kind];
    if (own.contains(reference.target) || known_.exists(reference.target_kind, reference.target))
      return;
    std::vector<std::string> candidates = known_.ids(reference.target_kind);
    candidates.insert(candidates.end(), own.begin(), own.end());
    std::ranges::sort(candidates);
    const std::string hint = did_you_mean(reference.target, candidates);
    add(reference.place,
        fmt::format("{}: there is no {} {}{}{}", reference.field,
                    noun_of_kind(reference.target_kind), yaml::in_quotes(reference.target),
                    hint.empty() ? "" : ", ", hint));
  }

  void add(Place place, std::string message) {
    place.message = std::move(message);
    details_.push_back(std::move(place));
  }

  IdsByKind own_;
  const Known& known_;
  std::vector<ErrorDetail> details_;
};

template <class Record>
bool is_in(storage::Database& database, const std::string& id) {
  return storage::find<Record>(database, id).has_value();
}

}  // namespace

Known known_in(const SeedSet& set) {
  const IdsByKind ids = ids_of(set);
  return {[ids](std::string_view kind, const std::string& id) {
            const auto of_kind = ids.find(kind);
            return of_kind != ids.end() && of_kind->second.contains(id);
          },
          [ids](std::string_view kind) {
            const auto of_kind = ids.find(kind);
            if (of_kind == ids.end()) return std::vector<std::string>{};
            return std::vector<std::string>(of_kind->second.begin(), of_kind->second.end());
          }};
}

Known known_in(storage::Database& database) {
  return {[&database](std::string_view kind, const std::string& id) {
            if (kind == model::kind_of<LlmProvider>) return is_in<LlmProvider>(database, id);
            return kind == model::kind_of<Agent> ? is_in<Agent>(database, id)
                                                 : is_in<Tool>(database, id);
          },
          [&database](std::string_view kind) {
            return kind == model::kind_of<Tool> ? storage::ids<Tool>(database)
                                                : storage::ids<LlmProvider>(database);
          }};
}

std::vector<ErrorDetail> find_problems(const SeedSet& set, const Known& known) {
  Checker checker(set, known);
  for_each_kind(set, [&](const auto& objects) {
    for (const auto& object : objects) checker.check(object);
  });
  return checker.take();
}

}  // namespace llmctl::seeding
