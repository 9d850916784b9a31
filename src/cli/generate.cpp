#include "cli/generate.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <limits>

#include "base/error.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/noun.h"
#include "output/generate_report.h"
#include "seeding/generate.h"

namespace llmctl::cli {
namespace {

constexpr std::int64_t most_conversations = 10'000'000;
/// All of one conversation are one transaction, which must not hold the write lock for long.
constexpr std::uint64_t most_messages = 10'000;
constexpr std::string_view default_start = "2026-01-01T00:00:00Z";

struct GenerateOptions {
  seeding::GenerateOptions generate;
  std::optional<std::string> out;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "2..40" or "7".
seeding::Range require_range(std::string_view option, const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto least = parse_number(text.substr(0, dots));
  const auto most = dots == std::string::npos ? least : parse_number(text.substr(dots + 2));
  if (!least || !most) {
    throw Error(ErrorKind::usage, fmt::format("{}: '{}' is no range", option, text),
                "write 2..40, or 7 for just as many");
  }
  if (*least < 1 || *most > most_messages || *least > *most) {
    throw Error(ErrorKind::usage, fmt::format("{}: '{}' is out of bounds", option, text),
                fmt::format("from 1 to {}, the smaller number first", most_messages));
  }
  return {*least, *most};
}

Timestamp require_start(std::string_view option, const std::string& text) {
  auto time = parse_rfc3339(text);
  if (!time) time = parse_date(text);
  if (!time) {
    throw Error(ErrorKind::usage, fmt::format("{}: '{}' is no time", option, text),
                "write 2026-01-01 or 2026-01-01T00:00:00Z");
  }
  // Ids begin with the time since 1970, and years have four digits.
  if (*time < *parse_date("1970-01-01") || *time > *parse_date("9000-01-01")) {
    throw Error(ErrorKind::usage, fmt::format("{}: '{}' is out of bounds", option, text),
                "from 1970-01-01 to 9000-01-01");
  }
  return *time;
}

seeding::GenerateResult generate_file(const std::string& path,
                                      const seeding::GenerateOptions& options, Context& context) {
  require_replaceable(path);
  storage::Database& database = context.database(storage::Access::read_only);
  seeding::GenerateResult result;
  write_file(path,
             [&](std::ostream& out) { result = seeding::write_generated(database, out, options); });
  return result;
}

/// The data has stdout, so the summary goes to stderr; a reader that left early needs none.
void generate_stdout(const seeding::GenerateOptions& options, Context& context) {
  context.check_columns({});
  storage::Database& database = context.database(storage::Access::read_only);
  seeding::GenerateResult result;
  bool complete = false;
  context.write([&](std::ostream& out) {
    result = seeding::write_generated(database, out, options);
    complete = out.flush().good();
  });
  if (complete) context.notify(*output::generate_report(result, true).text);
}

void generate(const GenerateOptions& given, Context& context) {
  seeding::GenerateOptions options = given.generate;
  // Not between the lines of the data.
  if (given.out != "-" || isatty(STDOUT_FILENO) == 0)
    options.progress = context.progress("generating conversations");
  if (given.out == "-") return generate_stdout(options, context);
  context.check_columns(output::generate_report({}, given.out.has_value()));
  const auto result = given.out ? generate_file(*given.out, options, context)
                                : seeding::generate(context.database(storage::Access::read_write),
                                                    context.clock(), options);
  context.print(output::generate_report(result, given.out.has_value()));
}

}  // namespace

void add_generate(Noun& noun) {
  auto& verb = noun.verb<GenerateOptions>(
      "generate", "write made-up conversations, the same for the same options", generate);
  CLI::App& app = verb.app;
  seeding::GenerateOptions& options = verb.options.generate;
  options.start = *parse_rfc3339(default_start);
  app.add_option("--conversations", options.conversations, "how many (100)")
      ->check(CLI::Range(std::int64_t{1}, most_conversations))
      ->type_name("N");
  app.add_option_function<std::string>(
         "--messages",
         [&options](const std::string& text) {
           options.messages = require_range("--messages", text);
         },
         "how many messages a conversation has (2..40)")
      ->type_name("RANGE");
  app.add_option("-a,--agents", options.agents,
                 "an agent that answers; may be repeated (all active ones)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name(value::agent);
  app.add_option("--seed", options.seed, "another number makes other conversations (1)")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->type_name("N");
  app.add_option_function<std::string>(
         "--start",
         [&options](const std::string& text) { options.start = require_start("--start", text); },
         "when the first conversation begins (2026-01-01)")
      ->type_name("TIME");
  app.add_option("--out", verb.options.out,
                 "write a seed file instead of the database; - is stdout")
      ->type_name(value::file);
}

}  // namespace llmctl::cli
