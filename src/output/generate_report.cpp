#include "output/generate_report.h"

#include <fmt/format.h>

namespace llmctl::output {

Report generate_report(const seeding::GenerateResult& result, bool as_file) {
  const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  Report report;
  report.name = "generated";
  report.single = true;
  report.columns = {{"created"}, {"unchanged"}, {"messages"}, {"attempts"}};
  report.rows = {{number(result.created), number(result.unchanged), number(result.messages),
                  as_file ? Cell() : Cell(number(result.attempts))}};
  std::string text = fmt::format("conversations: {} created, {} unchanged\nmessages: {} created",
                                 result.created, result.unchanged, result.messages);
  if (as_file) {
    text = fmt::format("written: {} conversations, {} messages", result.created, result.messages);
  } else {
    text += fmt::format("\nattempts: {} created", result.attempts);
  }
  report.text = text;
  return report;
}

}  // namespace llmctl::output
