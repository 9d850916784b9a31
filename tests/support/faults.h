#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/client.h"
#include "storage/database.h"

namespace llmctl::test {

/// Hands everything on to a database, and throws instead when `fails` says so of a statement.
class FaultyDatabase final : public storage::Database {
 public:
  using Fails = std::function<bool(std::string_view sql)>;
  FaultyDatabase(storage::Database& database, Fails fails)
      : database_(database), fails_(std::move(fails)) {}

  const storage::Dialect& dialect() const override { return database_.dialect(); }
  bool has_written() const override { return database_.has_written(); }
  std::vector<std::string> tables() override { return database_.tables(); }
  bool has_table(std::string_view name) override { return database_.has_table(name); }
  std::vector<storage::TableSchema> describe_tables() override {
    return database_.describe_tables();
  }
  std::int64_t execute(std::string_view sql, const storage::Values& parameters) override {
    throw_if_faulty(sql);
    return database_.execute(sql, parameters);
  }
  void query(std::string_view sql, const storage::Values& parameters,
             const Visitor& visit) override {
    throw_if_faulty(sql);
    database_.query(sql, parameters, visit);
  }
  void execute_script(std::string_view sql, std::string_view name) override {
    database_.execute_script(sql, name);
  }
  void write_stamp(std::int32_t stamp) override { database_.write_stamp(stamp); }
  std::optional<std::int32_t> read_stamp() override { return database_.read_stamp(); }
  void copy_to(const std::string& file) override { database_.copy_to(file); }
  std::vector<std::string> find_damage() override { return database_.find_damage(); }

 private:
  void begin() override {
    throw_if_faulty("BEGIN");
    transaction_ = std::make_unique<storage::Transaction>(database_);
  }
  void commit() override {
    throw_if_faulty("COMMIT");
    transaction_->commit();
    transaction_.reset();
  }
  void rollback() noexcept override { transaction_.reset(); }
  void begin_schema_change() override {
    throw_if_faulty("BEGIN");
    schema_transaction_ = std::make_unique<storage::SchemaTransaction>(database_);
  }
  void commit_schema_change() override {
    throw_if_faulty("COMMIT");
    schema_transaction_->commit();
  }
  void end_schema_change() noexcept override { schema_transaction_.reset(); }
  void begin_snapshot() override { snapshot_ = std::make_unique<storage::Snapshot>(database_); }
  void end_snapshot() noexcept override { snapshot_.reset(); }
  void throw_if_faulty(std::string_view sql) const {
    if (fails_(sql)) throw Error(ErrorKind::io, "the disk is full");
  }

  storage::Database& database_;
  Fails fails_;
  std::unique_ptr<storage::Transaction> transaction_;
  std::unique_ptr<storage::SchemaTransaction> schema_transaction_;
  std::unique_ptr<storage::Snapshot> snapshot_;
};

/// Answers each request from a list, in pieces of a given size.
class ScriptedClient final : public http::Client {
 public:
  struct Reply {
    http::ReplyHead head;
    std::string body;
    std::optional<http::Failure> failure = {};  ///< after the body
  };
  ScriptedClient(std::vector<Reply> replies, std::size_t piece)
      : replies_(std::move(replies)), piece_(piece) {}

  std::optional<http::Failure> perform(const http::Request& request, const http::Limits&,
                                       http::ReplyHandler& handler) override {
    const Reply& reply = replies_.at(requests.size());
    requests.push_back(request);
    handler.head(reply.head);
    const std::string_view body = reply.body;
    for (std::size_t at = 0; at < body.size(); at += piece_) handler.body(body.substr(at, piece_));
    return reply.failure;
  }

  std::vector<http::Request> requests;

 private:
  std::vector<Reply> replies_;
  std::size_t piece_;
};

}  // namespace llmctl::test
