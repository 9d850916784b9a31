#pragma once

#include <string>
#include <string_view>

#include "storage/database.h"

namespace llmctl::storage {

/// A WHERE clause grown one filter at a time, so that a filter nobody asked for costs the planner
/// nothing.
class Conditions {
 public:
  /// Adds a condition without a parameter.
  void add(std::string_view condition) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += condition;
  }
  /// Adds a condition in which each `?` stands for the value.
  void add(std::string_view condition, const Value& value) {
    const std::string place = parameter(value);
    std::string filled(condition);
    for (std::size_t at = filled.find('?'); at != std::string::npos;
         at = filled.find('?', at + place.size())) {
      filled.replace(at, 1, place);
    }
    add(filled);
  }
  /// Adds the condition when there is a value.
  template <class T>
  void add_if(std::string_view condition, const std::optional<T>& value) {
    if (value) add(condition, Value(*value));
  }

  /// Makes a value a parameter and returns its place: "?3".
  std::string parameter(const Value& value) {
    values_.push_back(value);
    return "?" + std::to_string(values_.size());
  }

  /// Empty, or " WHERE … AND …".
  const std::string& text() const { return text_; }
  const Values& values() const { return values_; }

 private:
  std::string text_;
  Values values_;
};

}  // namespace llmctl::storage
