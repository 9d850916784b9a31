#pragma once

#include <string>
#include <string_view>

#include "output/report.h"
#include "output/writer.h"

namespace llmctl::output {

/// One document: the database, the rows under the report's name, and for lists where they go on.
void write_json(Writer& out, const Report& report, const Selection& columns, const Style& style);

/// One record a line.
void write_jsonl(Writer& out, const Report& report, const Selection& columns);

/// A JSON string of the same value. Deceptive characters are escaped; bytes that are not UTF-8
/// become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace llmctl::output
