#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"
#include "storage/schema.h"

namespace llmctl::storage {

enum class ValueType { text, integer, boolean, uuid, timestamp, json, decimal };

/// A statement's parameter. NULL keeps its type, because PostgreSQL wants one. The driver does the
/// encoding.
class Value {
 public:
  Value(std::string text) : type_(ValueType::text), content_(std::move(text)) {}
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(std::int64_t number) : type_(ValueType::integer), content_(number) {}
  Value(int number) : Value(static_cast<std::int64_t>(number)) {}
  Value(bool flag) : type_(ValueType::boolean), content_(static_cast<std::int64_t>(flag)) {}
  Value(const Uuid& id) : type_(ValueType::uuid), content_(id) {}
  Value(Timestamp time) : type_(ValueType::timestamp), content_(time) {}
  Value(const JsonText& json) : type_(ValueType::json), content_(json.text) {}
  Value(Decimal decimal) : type_(ValueType::decimal), content_(decimal) {}
  template <class T>
  Value(const std::optional<T>& maybe) : Value(maybe ? Value(*maybe) : null_of<T>()) {}

  ValueType type() const { return type_; }
  using Content = std::variant<std::monostate, std::string, std::int64_t, Uuid, Timestamp, Decimal>;
  const Content& content() const { return content_; }

 private:
  explicit Value(ValueType type) : type_(type) {}
  template <class T>
  static Value null_of() {
    Value value{T{}};
    value.content_ = std::monostate{};
    return value;
  }

  ValueType type_;
  Content content_;
};

using Values = std::vector<Value>;

/// Values in this order. A list in braces makes the same and copies each text twice.
template <class... Contents>
Values make_values(const Contents&... contents) {
  Values values;
  values.reserve(sizeof...(contents));
  (values.emplace_back(contents), ...);
  return values;
}

/// The row a query stands on; columns count from 0. Values are valid during the visit only.
/// A value that cannot be what the column says throws Error(damaged) that names the column.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual bool boolean(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual Uuid uuid(int column) const = 0;
  virtual Timestamp timestamp(int column) const = 0;
  virtual JsonText json(int column) const = 0;
  virtual Decimal decimal(int column) const = 0;

  template <class T>
  T get(int column) const;
  template <class T>
  std::optional<T> maybe(int column) const {
    if (is_null(column)) return std::nullopt;
    return get<T>(column);
  }
};

template <class T>
T Row::get(int column) const {
  if constexpr (std::is_same_v<T, std::string>) return text(column);
  if constexpr (std::is_same_v<T, std::int64_t>) return integer(column);
  if constexpr (std::is_same_v<T, bool>) return boolean(column);
  if constexpr (std::is_same_v<T, Uuid>) return uuid(column);
  if constexpr (std::is_same_v<T, Timestamp>) return timestamp(column);
  if constexpr (std::is_same_v<T, JsonText>) return json(column);
  if constexpr (std::is_same_v<T, Decimal>) return decimal(column);
}

/// Fragments of SQL that the engines spell differently.
struct Dialect {
  std::string_view name;  ///< "sqlite" or "postgres"; also the folder of its migrations
};

/// One connection. SQL is written once, with ?1-style parameters, in the subset that both engines
/// take. Every function throws Error: unavailable, lock_timeout, io, damaged, configuration (no
/// such table) or internal.
class Database {
 public:
  using Visitor = std::function<void(const Row&)>;

  virtual ~Database() = default;
  virtual const Dialect& dialect() const = 0;
  /// Whether a transaction was committed.
  virtual bool has_written() const = 0;
  /// Names of all tables, sorted.
  virtual std::vector<std::string> tables() = 0;
  virtual bool has_table(std::string_view name) = 0;
  /// All tables but the engine's own, by name.
  virtual std::vector<TableSchema> describe_tables() = 0;
  /// Runs one statement; returns how many rows it changed.
  virtual std::int64_t execute(std::string_view sql, const Values& parameters = {}) = 0;
  /// Calls `visit` for each row, in order, as the rows are read.
  virtual void query(std::string_view sql, const Values& parameters, const Visitor& visit) = 0;
  /// Runs several statements without parameters: migrations. `name` is what error messages call the
  /// text. Triggers that vanish because their table is rebuilt are made again.
  virtual void execute_script(std::string_view sql, std::string_view name) = 0;
  /// Leaves a number of 23 bits in the database that read_stamp finds, with or without opening it,
  /// until the schema is changed again. Does nothing where another program keeps a number of its
  /// own in that place.
  virtual void write_stamp(std::int32_t stamp) = 0;
  virtual std::optional<std::int32_t> read_stamp() = 0;
  /// Writes what was committed last to a new file that its owner alone may read, checks it, and
  /// brings it to the disk. Within a Transaction that has written nothing yet, it is the state
  /// right before that transaction. Leaves no file when it throws: io when the file exists or does
  /// not fit, damaged when the copy is not sound.
  virtual void copy_to(const std::string& file) = 0;
  /// Reads the whole database and names what is wrong with it; empty when it is sound.
  virtual std::vector<std::string> find_damage() = 0;

 private:
  friend class Transaction;
  friend class SchemaTransaction;
  friend class Snapshot;
  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual void begin_schema_change() = 0;
  virtual void commit_schema_change() = 0;
  virtual void end_schema_change() noexcept = 0;
  virtual void begin_snapshot() = 0;
  virtual void end_snapshot() noexcept = 0;
};

/// Holds the write lock from its construction; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.begin(); }
  ~Transaction() {
    if (open_) database_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    database_.commit();
    open_ = false;
  }

 private:
  Database& database_;
  bool open_ = true;
};

/// A Transaction for scripts that may rebuild tables. Foreign keys are not enforced within it,
/// since dropping a table would otherwise delete or orphan the rows that refer to it; commit()
/// checks them instead, for the tables that the scripts touched: throws Error(failed) that names
/// the rows.
class SchemaTransaction {
 public:
  explicit SchemaTransaction(Database& database) : database_(database) {
    database_.begin_schema_change();
  }
  ~SchemaTransaction() { database_.end_schema_change(); }
  SchemaTransaction(const SchemaTransaction&) = delete;
  SchemaTransaction& operator=(const SchemaTransaction&) = delete;

  void commit() { database_.commit_schema_change(); }

 private:
  Database& database_;
};

/// While it lives, all reads see one state of the database. Not within a Transaction.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database) { database_.begin_snapshot(); }
  ~Snapshot() { database_.end_snapshot(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
};

/// The rows of a query as records.
template <class Read>
auto collect(Database& database, std::string_view sql, const Values& parameters, Read read) {
  std::vector<std::decay_t<decltype(read(std::declval<const Row&>()))>> records;
  database.query(sql, parameters, [&](const Row& row) { records.push_back(read(row)); });
  return records;
}

/// The first row of a query, or nothing.
template <class Read>
auto find_one(Database& database, std::string_view sql, const Values& parameters, Read read) {
  std::optional<std::decay_t<decltype(read(std::declval<const Row&>()))>> record;
  database.query(sql, parameters, [&](const Row& row) {
    if (!record) record = read(row);
  });
  return record;
}

enum class Access {
  read_only,   ///< must exist; nothing is ever written
  read_write,  ///< must exist
  create,      ///< made when missing
};

struct OpenOptions {
  Access access = Access::read_only;
  Duration lock_timeout = std::chrono::seconds(60);
  /// Told what the user may want to know: waiting for a lock, opening immutable.
  std::function<void(std::string_view)> notify;
  unsigned file_mode = 0600;  ///< of a file that is made, and so of what SQLite keeps beside it
};

/// A database URL, understood but not opened.
struct Location {
  enum class Engine { sqlite, postgres } engine = Engine::sqlite;
  std::string path;     ///< SQLite: as given, ":memory:", or empty for a file without a name
  std::string display;  ///< for messages: resolved, without a password
};

/// A path, sqlite:REL, sqlite:/ABS, sqlite:///REL, sqlite:////ABS, sqlite::memory:, postgres:// or
/// postgresql://. Throws Error(configuration) for another scheme.
Location parse_location(std::string_view url);

/// As Database::read_stamp, without opening the database; nothing when there is none, or when it
/// cannot be told so. SQLite: from the file's header.
std::optional<std::int32_t> read_stamp(const Location& location);

/// Whether what the URL names is there, so that opening it gives an answer that waiting would not
/// change. SQLite: whether the file, or with Access::create its directory, exists and can be
/// entered.
bool is_reachable(const Location& location, Access access);

/// Throws Error: configuration (no such database; an engine that this build has not), io, damaged,
/// lock_timeout.
std::unique_ptr<Database> open_database(const Location& location, const OpenOptions& options);

}  // namespace llmctl::storage
