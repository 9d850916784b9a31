#pragma once

#include <filesystem>
#include <string>

#include "base/time.h"
#include "storage/database.h"

namespace llmctl::migration {

struct BackupOptions {
  std::filesystem::path database;   ///< the file that is copied
  std::filesystem::path directory;  ///< where copies go; empty: beside the file
};

/// A copy of the database as it is right before a change; removed again unless kept.
/// Make it within the transaction of the change, before anything is written: then nobody can write
/// in between, and of runners that start together only the one that has something to do copies.
class Backup {
 public:
  /// `state` becomes part of the name: "at-0003_seed_sets". Throws Error: io, damaged.
  Backup(storage::Database& database, const BackupOptions& options, Timestamp now,
         const std::string& state);
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

  /// From now on the copy stays. To be called before the change is committed.
  void keep() { kept_ = true; }
  /// Removes all but the latest three copies of this database, but never this one.
  void remove_older() const;

  const std::filesystem::path& file() const { return file_; }
  /// A line of shell that puts the copy back.
  std::string restore_command() const;

 private:
  std::filesystem::path database_;
  std::filesystem::path file_;
  std::string series_;  ///< what the names of all copies of this database begin with
  bool kept_ = false;
};

}  // namespace llmctl::migration
