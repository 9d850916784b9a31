#pragma once

#include "storage/database.h"

namespace SQLite {
class Statement;
}

namespace llmctl::storage::sqlite {

/// Binds a parameter in the backend's encoding. Text is not copied: it must outlive the statement's
/// run.
void bind(SQLite::Statement& statement, int index, const Value& value);

/// The row that a statement stands on.
class SqliteRow final : public Row {
 public:
  explicit SqliteRow(SQLite::Statement& statement) : statement_(statement) {}

  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  bool boolean(int column) const override;
  std::string text(int column) const override;
  Uuid uuid(int column) const override;
  Timestamp timestamp(int column) const override;
  JsonText json(int column) const override;
  Decimal decimal(int column) const override;

 private:
  template <class T>
  T decoded(int column, const std::optional<T>& value, std::string_view type) const;

  SQLite::Statement& statement_;
};

}  // namespace llmctl::storage::sqlite
