#include "seeding/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "model/field_values.h"
#include "providers/provider.h"
#include "seeding/fixture.h"
#include "storage/catalog.h"
#include "storage/staging.h"
#include "yaml/problems.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

/// Nobody reads more.
constexpr std::int64_t max_incomplete = 1000;
/// A suggestion compares the wrong id with every other: of a file that is wrong throughout, the
/// first ones tell enough.
constexpr int max_suggestions = 20;

std::string_view noun_of_kind(std::string_view kind) {
  if (kind == model::kind_of<Tool>) return model::noun_of<Tool>;
  return kind == model::kind_of<Agent> ? model::noun_of<Agent> : model::noun_of<LlmProvider>;
}

template <class Record>
model::FieldBits required_fields() {
  model::FieldBits required = 0;
  std::size_t position = 0;
  for (const auto& field : model::fields<Record>) {
    if (field.required) required |= model::bit(position);
    ++position;
  }
  return required;
}

ErrorDetail detail_at(const SeedSet& set, const storage::StagedPlace& place, std::string message) {
  return {set.files.at(static_cast<std::size_t>(place.file)).name, static_cast<int>(place.line),
          static_cast<int>(place.column), std::move(message)};
}

/// Finds what is wrong with the objects of a set, given what else exists.
class Checker {
 public:
  Checker(const SeedSet& set, const Known& known) : set_(set), known_(known) {}

  std::vector<ErrorDetail> check() {
    storage::visit_open_mentions(*set_.staging, [this](const storage::StagedMention& mention) {
      if (mention.target_kind.empty()) {
        check_settings(mention);
      } else {
        check_reference(mention);
      }
    });
    check_complete<LlmProvider>();
    check_complete<Agent>();
    check_complete<Tool>();
    return std::move(details_);
  }

 private:
  template <class Record>
  void check_complete() {
    const model::FieldBits required = required_fields<Record>();
    for (const auto& object :
         storage::staged_without<Record>(*set_.staging, required, max_incomplete)) {
      if (known_.exists(model::kind_of<Record>, object.record.id)) continue;
      for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
        if ((required & ~object.named & model::bit(i)) == 0) continue;
        add(object.first,
            fmt::format("{} {}: a new one needs '{}'", model::noun_of<Record>,
                        yaml::in_quotes(object.record.id), model::field_name<Record>(i)));
      }
    }
  }

  /// A provider that llmctl has says itself what it cannot work with: the Dummy's script, say.
  void check_settings(const storage::StagedMention& mention) {
    const auto staged = storage::find_staged<LlmProvider>(*set_.staging, mention.id);
    if (!staged) return;
    LlmProvider llm = known_.llm(mention.id).value_or(staged->record);
    model::copy_fields(llm, staged->record, staged->named);
    if (!providers::has_implementation(llm)) return;
    try {
      providers::get_provider(llm);
    } catch (const Error& problem) {
      const std::string hint = problem.hint.empty() ? "" : ", " + problem.hint;
      add(mention.place, problem.what() + hint);
    }
  }

  void check_reference(const storage::StagedMention& mention) {
    if (known_.exists(mention.target_kind, mention.target)) return;
    const std::string hint = ++suggestions_ > max_suggestions
                                 ? ""
                                 : did_you_mean(mention.target, ids(mention.target_kind));
    add(mention.place,
        fmt::format("{}: there is no {} {}{}{}", mention.field, noun_of_kind(mention.target_kind),
                    yaml::in_quotes(mention.target), hint.empty() ? "" : ", ", hint));
  }

  /// Sorted.
  const std::vector<std::string>& ids(const std::string& kind) {
    const auto [found, is_new] = ids_.try_emplace(kind);
    std::vector<std::string>& all = found->second;
    if (is_new) {
      all = known_.ids(kind);
      std::ranges::move(storage::staged_ids(*set_.staging, kind), std::back_inserter(all));
      std::ranges::sort(all);
    }
    return all;
  }

  void add(const storage::StagedPlace& place, std::string message) {
    details_.push_back(detail_at(set_, place, std::move(message)));
  }

  const SeedSet& set_;
  const Known& known_;
  std::map<std::string, std::vector<std::string>> ids_;  ///< by kind
  int suggestions_ = 0;
  std::vector<ErrorDetail> details_;
};

/// Offsets are a century at most, and messages without a time come seconds after each other: what
/// begins in between stays there. Spares most conversations a second reading of their messages.
bool may_lack_a_year(const ConversationFixture& fixture, const SeedFile& file) {
  const auto is_far = [](std::string_view time) {
    return time.starts_with('0') || time.starts_with('9');
  };
  const std::string& messages = fixture.messages.text;
  return is_far(to_rfc3339(file.base_time)) || is_far(fixture.at) ||
         messages.find(R"("at":"0)") != std::string::npos ||
         messages.find(R"("at":"9)") != std::string::npos;
}

/// Calls `use` with a null pointer of the record that the kind stands for.
template <class Use>
auto with_record(std::string_view kind, Use use) {
  if (kind == model::kind_of<Tool>) return use(static_cast<const Tool*>(nullptr));
  if (kind == model::kind_of<Agent>) return use(static_cast<const Agent*>(nullptr));
  return use(static_cast<const LlmProvider*>(nullptr));
}

}  // namespace

Known known_in(const SeedSet& set) {
  storage::Database& staging = *set.staging;
  return {[&staging](std::string_view kind, const std::string& id) {
            return storage::is_staged(staging, kind, id);
          },
          [&staging](std::string_view kind) { return storage::staged_ids(staging, kind); },
          [&staging](const std::string& id) {
            const auto staged = storage::find_staged<LlmProvider>(staging, id);
            return staged ? std::optional(staged->record) : std::nullopt;
          }};
}

Known known_in(storage::Database& database) {
  return {[&database](std::string_view kind, const std::string& id) {
            return with_record(kind, [&]<class Record>(const Record*) {
              return storage::find<Record>(database, id).has_value();
            });
          },
          [&database](std::string_view kind) {
            return with_record(
                kind, [&]<class Record>(const Record*) { return storage::ids<Record>(database); });
          },
          [&database](const std::string& id) { return storage::find<LlmProvider>(database, id); }};
}

Known nothing_known() {
  return {[](std::string_view, const std::string&) { return false; },
          [](std::string_view) { return std::vector<std::string>{}; }};
}

std::vector<ErrorDetail> find_problems(const SeedSet& set, const Known& known) {
  return Checker(set, known).check();
}

void require_sound(const SeedSet& set, const Known& known) {
  std::vector<ErrorDetail> details = find_problems(set, known);
  std::ranges::stable_sort(details, {}, [&](const ErrorDetail& detail) {
    const auto file = std::ranges::find(set.files, detail.file, &SeedFile::name);
    return std::tuple(file - set.files.begin(), detail.line, detail.column);
  });
  yaml::throw_if_any(std::move(details));
}

std::vector<ErrorDetail> find_unusable_times(const SeedSet& set) {
  std::vector<ErrorDetail> details;
  storage::visit_staged<ConversationFixture>(
      *set.staging, [&](const storage::Staged<ConversationFixture>& fixture) {
        const SeedFile& file = set.files.at(static_cast<std::size_t>(fixture.first.file));
        if (!may_lack_a_year(fixture.record, file)) return true;
        try {
          settled(fixture.record, file);
        } catch (const Error& problem) {
          details.push_back(detail_at(set, fixture.first, problem.what()));
        }
        return true;
      });
  return details;
}

}  // namespace llmctl::seeding
