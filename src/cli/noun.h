#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"

namespace llmctl::cli {

/// Values that shell completion looks up; the type name of an option or positional argument.
namespace value {
inline constexpr const char* agent = "AGENT";
inline constexpr const char* llm = "LLM";
inline constexpr const char* tool = "TOOL";
inline constexpr const char* conversation = "CONVERSATION";
inline constexpr const char* file = "FILE";
inline constexpr const char* directory = "DIR";
inline constexpr const char* revision = "REVISION";  ///< of the agent, LLM or tool named before it
}  // namespace value

/// One runnable command: its options and the function they go to.
class Verb {
 public:
  explicit Verb(CLI::App& app) : app(app) {}
  virtual ~Verb() = default;
  virtual void run(Context& context) const = 0;
  CLI::App& app;
};

template <class Options>
class VerbOf final : public Verb {
 public:
  using Function = void (*)(const Options&, Context&);
  VerbOf(CLI::App& app, Function function) : Verb(app), function_(function) {}
  void run(Context& context) const override { function_(options, context); }
  Options options;

 private:
  Function function_;
};

/// A command group while it is being built: the CLI11 command and the verbs below it.
class Noun {
 public:
  explicit Noun(CLI::App& app) : app_(app) {}

  /// Adds `llmctl NOUN NAME`. Options are added to the result's `app`, bound to its `options`.
  template <class Options>
  VerbOf<Options>& verb(const std::string& name, const std::string& summary,
                        void (*function)(const Options&, Context&)) {
    return keep<Options>(*app_.add_subcommand(name, summary)->fallthrough(), function);
  }
  /// Makes the noun itself the command.
  template <class Options>
  VerbOf<Options>& alone(void (*function)(const Options&, Context&)) {
    return keep<Options>(app_, function);
  }

  const std::vector<std::unique_ptr<Verb>>& verbs() const { return verbs_; }

 private:
  template <class Options>
  VerbOf<Options>& keep(CLI::App& app, void (*function)(const Options&, Context&)) {
    auto verb = std::make_unique<VerbOf<Options>>(app, function);
    VerbOf<Options>& reference = *verb;
    verbs_.push_back(std::move(verb));
    return reference;
  }

  CLI::App& app_;
  std::vector<std::unique_ptr<Verb>> verbs_;
};

/// An option that takes a duration such as 30s.
inline CLI::Option* add_duration(CLI::App& app, const std::string& name,
                                 std::optional<Duration>& target, const std::string& description) {
  return app
      .add_option_function<std::string>(
          name, [name, &target](const std::string& text) { target = require_duration(name, text); },
          description)
      ->type_name("DURATION");
}

/// An option that takes one of a few words ("user|assistant"); completion offers them.
inline CLI::Option* add_choice(CLI::App& app, const std::string& name,
                               std::optional<std::string>& target, const std::string& choices,
                               const std::string& description) {
  return app
      .add_option_function<std::string>(
          name,
          [name, choices, &target](const std::string& text) {
            target = require_choice(name, text, choices);
          },
          description)
      ->type_name(choices);
}

/// What kind of value an option or argument takes: a name of `value`, or its choices.
inline std::string type_of(const CLI::Option& option) {
  const std::string name = option.get_type_name();
  return name.substr(0, name.find(':'));  // CLI11 appends its validators' description
}

}  // namespace llmctl::cli
