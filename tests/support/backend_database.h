#pragma once

#include <filesystem>
#include <string>

namespace llmctl::test {

/// An SQLite file as the chat backend's own migrations leave it: its tables with the names that
/// Django gives to indexes and constraints, django_migrations, users and sessions, each with a few
/// rows; none in the tables that llmctl knows. In rollback-journal mode.
void make_backend_database(const std::filesystem::path& file);

/// Rows in the tables that llmctl knows, with every odd value that the backend may have written:
/// times without fraction, decimals as integers, JSON with escapes and odd spacing, NULLs, pending
/// placeholders, soft-deleted rows.
void add_odd_rows(const std::filesystem::path& file);

/// Everything but llmctl's own tables: their SQL, and their rows with the types of the values, in
/// a fixed order.
std::string dump_without_llmctl(const std::filesystem::path& file);

}  // namespace llmctl::test
