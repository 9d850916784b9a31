#pragma once

#include <string>

#include "model/fields.h"

/// Fields and relations by their bits. Each template exists for LlmProvider, Agent, Tool and
/// ConversationFixture.
namespace llmctl::model {

/// Those of `among` whose values are not the same; JSON is compared by value, not by spelling.
template <class Record>
FieldBits differing_fields(const Record& left, const Record& right, FieldBits among);

template <class Record>
void copy_fields(Record& to, const Record& from, FieldBits which);

/// An object of these fields by name as canonical JSON, without building a value first: decimals as
/// strings, JSON columns as JSON, an absent optional as null. With all fields: canonical_json of
/// the record's snapshot.
template <class Record>
std::string fields_text(const Record& record, FieldBits which);

/// One of them.
template <class Record>
std::string field_text(const Record& record, std::size_t position);

}  // namespace llmctl::model
