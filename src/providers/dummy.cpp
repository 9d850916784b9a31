#include "providers/dummy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::providers {
namespace {

using nlohmann::json;

constexpr std::size_t echoed_code_points = 200;

struct Failure {
  ProviderErrorKind kind = ProviderErrorKind::server;
  std::optional<std::int64_t> http_status;
  std::string message;
  std::optional<std::int64_t> times;
  std::int64_t every = 1;
};

/// What one turn does.
struct Scene {
  std::optional<std::string> reply;
  model::Usage usage;
  Duration latency{};
  std::int64_t pending_polls = 0;
  std::optional<Failure> failure;
};

/// Reads a script, naming the LLM and the key in every complaint.
class ScriptReader {
 public:
  explicit ScriptReader(const std::string& llm) : llm_(llm) {}

  std::vector<Scene> scenes(const json& script) const {
    require(script.is_object(), "script", "a mapping");
    if (!script.contains("sequence")) return {scene(script, "script")};
    only_keys(script, "script", std::array<std::string, 1>{"sequence"});
    const json& sequence = script["sequence"];
    require(sequence.is_array() && !sequence.empty(), "script.sequence",
            "a list of at least one mapping");
    std::vector<Scene> scenes;
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      const std::string place = fmt::format("script.sequence[{}]", i);
      require(sequence[i].is_object(), place, "a mapping");
      scenes.push_back(scene(sequence[i], place));
    }
    return scenes;
  }

 private:
  [[noreturn]] void refuse(const std::string& message, const std::string& hint = {}) const {
    throw Error(ErrorKind::configuration, fmt::format("LLM '{}': configuration.{}", llm_, message),
                hint);
  }
  void require(bool fits, std::string_view place, std::string_view what) const {
    if (!fits) refuse(fmt::format("{} must be {}", place, what));
  }
  void only_keys(const json& object, std::string_view place,
                 std::span<const std::string> known) const {
    for (const auto& [key, value] : object.items()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      refuse(fmt::format("{} has an unknown key '{}'", place, key), did_you_mean(key, known));
    }
  }

  std::int64_t count(const json& object, const std::string& key, std::string_view place,
                     std::int64_t least) const {
    const json& value = object[key];
    require(value.is_number_integer() && value.get<std::int64_t>() >= least,
            fmt::format("{}.{}", place, key), fmt::format("a whole number of at least {}", least));
    return value.get<std::int64_t>();
  }
  std::string text(const json& object, const std::string& key, std::string_view place) const {
    require(object[key].is_string(), fmt::format("{}.{}", place, key), "text");
    return object[key].get<std::string>();
  }

  model::Usage usage(const json& tokens, const std::string& place) const {
    require(tokens.is_object(), place, "a mapping");
    only_keys(
        tokens, place,
        std::array<std::string, 5>{"input", "output", "cache_read", "cache_write", "reasoning"});
    const auto read = [&](const char* key) -> std::optional<std::int64_t> {
      return tokens.contains(key) ? std::optional(count(tokens, key, place, 0)) : std::nullopt;
    };
    return {read("input"), read("output"), read("cache_read"), read("cache_write"),
            read("reasoning")};
  }

  Failure failure(const json& object, const std::string& place) const {
    require(object.is_object(), place, "a mapping");
    only_keys(object, place,
              std::array<std::string, 5>{"kind", "http_status", "message", "times", "every"});
    Failure failure;
    if (object.contains("kind")) {
      const std::string name = text(object, "kind", place);
      const auto kind = parse_provider_error_kind(name);
      if (!kind) {
        const std::vector<std::string> names = provider_error_kind_names();
        refuse(fmt::format("{}.kind: unknown kind '{}'", place, name), did_you_mean(name, names));
      }
      failure.kind = *kind;
    }
    if (object.contains("http_status"))
      failure.http_status = count(object, "http_status", place, 100);
    failure.message = object.contains("message")
                          ? text(object, "message", place)
                          : fmt::format("scripted failure: {}", kind_name(failure.kind));
    if (object.contains("times")) failure.times = count(object, "times", place, 1);
    if (object.contains("every")) failure.every = count(object, "every", place, 1);
    return failure;
  }

  Scene scene(const json& object, const std::string& place) const {
    only_keys(object, place,
              std::array<std::string, 5>{"reply", "tokens", "latency", "pending_polls", "fail"});
    Scene scene;
    if (object.contains("reply")) scene.reply = text(object, "reply", place);
    if (object.contains("tokens")) scene.usage = usage(object["tokens"], place + ".tokens");
    if (object.contains("latency")) {
      const auto latency = parse_duration(text(object, "latency", place));
      require(latency.has_value(), place + ".latency", "a duration such as \"250ms\"");
      scene.latency = *latency;
    }
    if (object.contains("pending_polls"))
      scene.pending_polls = count(object, "pending_polls", place, 0);
    if (object.contains("fail")) scene.failure = failure(object["fail"], place + ".fail");
    return scene;
  }

  const std::string& llm_;
};

std::string fill_in(std::string text,
                    const std::vector<std::pair<std::string_view, std::string>>& values) {
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
    const auto value = std::ranges::find_if(values, [&](const auto& pair) {
      return text.compare(at, pair.first.size(), pair.first) == 0;
    });
    if (value == values.end()) {
      ++at;
      continue;
    }
    text.replace(at, value->first.size(), value->second);
    at += value->second.size();
  }
  return text;
}

std::int64_t turn_number(const std::vector<HistoryEntry>& history) {
  return std::ranges::count(history, "user", &HistoryEntry::role);
}

std::string_view last_user_message(const std::vector<HistoryEntry>& history) {
  const auto last =
      std::ranges::find(history.rbegin(), history.rend(), "user", &HistoryEntry::role);
  return last == history.rend() ? std::string_view{} : std::string_view(last->content);
}

class Dummy final : public Provider {
 public:
  explicit Dummy(const std::optional<model::LlmProvider>& llm) {
    if (!llm) return;
    name_ = llm->name;
    model_ = llm->model_identifier;
    const json configuration = json::parse(llm->configuration.text, nullptr, false);
    if (!configuration.is_object() || !configuration.contains("script")) return;
    scenes_ = ScriptReader(llm->id).scenes(configuration["script"]);
  }

  Step send_message(const Turn& turn) override {
    const Scene& scene = scene_of(turn.history);
    ProviderResult result;
    result.delay = scene.latency;
    if (scene.failure && fails(*scene.failure, turn)) {
      const Failure& failure = *scene.failure;
      result.status = Status::failed;
      result.error = ProviderError{
          failure.kind, is_transient(failure.kind), {}, failure.http_status, failure.message};
      return result;
    }
    if (scene.pending_polls > 0) {
      result.status = Status::pending;
      return result;
    }
    complete(result, scene, turn.history, turn.agent);
    return result;
  }

  std::optional<Step> poll_response(const PendingTurn& pending) override {
    const Scene& scene = scene_of(pending.history);
    if (scene.pending_polls == 0) return std::nullopt;
    ProviderResult result;
    if (pending.polls + 1 < scene.pending_polls) {
      result.status = Status::pending;
    } else {
      complete(result, scene, pending.history, pending.agent);
    }
    return result;
  }

 private:
  const Scene& scene_of(const std::vector<HistoryEntry>& history) const {
    const auto turn = static_cast<std::size_t>(std::max<std::int64_t>(turn_number(history), 1));
    return scenes_[std::min(turn, scenes_.size()) - 1];
  }

  static bool fails(const Failure& failure, const Turn& turn) {
    const bool in_tries = !failure.times || turn.hop < *failure.times;
    return in_tries && turn_number(turn.history) % failure.every == 0;
  }

  void complete(ProviderResult& result, const Scene& scene,
                const std::vector<HistoryEntry>& history,
                const std::optional<model::Agent>& agent) const {
    const std::string agent_name = agent ? agent->name : "Default Agent";
    const std::string_view message = last_user_message(history);
    result.status = Status::completed;
    result.content = scene.reply
                         ? fill_in(*scene.reply, {{"{message}", std::string(message)},
                                                  {"{agent}", agent_name},
                                                  {"{llm}", name_},
                                                  {"{turn}", std::to_string(turn_number(history))}})
                         : fmt::format("Dummy response from {} using {}: {}", agent_name, name_,
                                       first_code_points(message, echoed_code_points));
    result.usage = scene.usage;
    result.finish_reason = "stop";
    result.served_model = model_;
  }

  std::string name_ = "Dummy LLM";
  std::string model_;
  std::vector<Scene> scenes_{Scene{}};
};

}  // namespace

std::unique_ptr<Provider> make_dummy(const std::optional<model::LlmProvider>& llm) {
  return std::make_unique<Dummy>(llm);
}

}  // namespace llmctl::providers
