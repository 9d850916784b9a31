#include "admin/template_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/staged_file.h"

namespace llmctl::admin {
namespace {

namespace fs = std::filesystem;

/// What killed builders left is removed after this long; no build takes that.
constexpr auto leftover_age = std::chrono::hours(1);

/// A template is the database, then this line, blanks up to its end. SQLite never reads beyond the
/// pages that its header counts.
constexpr std::size_t trailer_size = 128;
constexpr std::size_t piece_size = std::size_t{1} << 18;
constexpr std::string_view trailer_start = "\nllmctl template/1 ";

FileDescriptor open_file(const fs::path& path, int flags) {
  return FileDescriptor(open(path.c_str(), flags | O_CLOEXEC));
}

/// Reads at most `size` bytes, fewer only at the end of the file.
std::string_view read_some(const FileDescriptor& file, std::vector<char>& buffer,
                           std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = read(file.number(), buffer.data() + got, size - got);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  return {buffer.data(), got};
}

void write_all(const FileDescriptor& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write to", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Against damage, not against forgery: others may not write to the directory. Four lanes of
/// multiply and rotate, as in xxHash, run faster than a copy; a cryptographic hash does not.
class Checksum {
 public:
  /// Only the last bytes may be other than a multiple of 32.
  void add(std::string_view bytes) {
    for (; bytes.size() >= sizeof lanes_; bytes.remove_prefix(sizeof lanes_)) {
      std::array<std::uint64_t, 4> words{};
      std::memcpy(words.data(), bytes.data(), sizeof words);
      for (std::size_t i = 0; i < words.size(); ++i) lanes_[i] = mix(lanes_[i], words[i]);
    }
    for (const char byte : bytes) lanes_[0] = mix(lanes_[0], static_cast<unsigned char>(byte));
  }
  std::uint64_t value() const { return mix(mix(mix(lanes_[0], lanes_[1]), lanes_[2]), lanes_[3]); }

 private:
  static constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;
  static std::uint64_t mix(std::uint64_t lane, std::uint64_t word) {
    lane = (lane ^ word) * odd;
    return lane << 29 | lane >> 35;
  }
  std::array<std::uint64_t, 4> lanes_{odd, odd << 1, odd << 2, odd << 3};
};

/// Of the next `size` bytes; nothing when there are not so many.
std::optional<std::uint64_t> checksum_of(const FileDescriptor& file, std::size_t size) {
  std::vector<char> buffer(piece_size);
  Checksum checksum;
  while (size > 0) {
    const std::string_view piece = read_some(file, buffer, std::min(size, piece_size));
    if (piece.empty()) return std::nullopt;
    checksum.add(piece);
    size -= piece.size();
  }
  return checksum.value();
}

/// The first `size` bytes of a file that is known to have them. The kernel does it, and may let
/// both files share them; where it cannot, they go through here.
void copy_bytes(const FileDescriptor& from, const fs::path& to, std::size_t size) {
  const FileDescriptor target = open_file(to, O_WRONLY);
  if (lseek(from.number(), 0, SEEK_SET) < 0) throw_errno("read for", to);
  while (size > 0) {
    const ssize_t copied =
        copy_file_range(from.number(), nullptr, target.number(), nullptr, size, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) break;
    size -= static_cast<std::size_t>(copied);
  }
  std::vector<char> buffer(size > 0 ? piece_size : 0);
  while (size > 0) {
    const std::string_view piece = read_some(from, buffer, std::min(size, piece_size));
    if (piece.empty()) throw Error(ErrorKind::io, fmt::format("cannot copy to '{}'", to.string()));
    write_all(target, to, piece);
    size -= piece.size();
  }
}

std::string make_trailer(std::size_t size, std::uint64_t checksum, const TemplateFacts& facts) {
  std::string trailer =
      fmt::format("{}{} {:016x} {} {} {} {}", trailer_start, size, checksum,
                  facts.migrations_applied, facts.created, facts.updated, facts.unchanged);
  trailer.resize(trailer_size - 1, ' ');
  return trailer + '\n';
}

/// Takes a whole number and the blank after it; nothing when there is none.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return number;
}

std::optional<TemplateFacts> read_facts(std::string_view trailer) {
  if (!trailer.starts_with(trailer_start) || trailer.size() != trailer_size) return std::nullopt;
  trailer.remove_prefix(trailer_start.size());
  take_number(trailer);
  constexpr std::size_t checksum_and_blank = 17;
  trailer.remove_prefix(checksum_and_blank);
  const auto migrations = take_number(trailer);
  const auto created = take_number(trailer);
  const auto updated = take_number(trailer);
  const auto unchanged = take_number(trailer);
  if (!migrations || !created || !updated || !unchanged) return std::nullopt;
  return TemplateFacts{*migrations, *created, *updated, *unchanged};
}

/// Nobody else may have written it.
bool is_private(const struct stat& status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// A template that is whole.
struct Template {
  std::size_t size = 0;  ///< of the database in it
  TemplateFacts facts;
};

/// Nothing when it is not exactly what build wrote, or somebody else may have written it.
std::optional<Template> inspect(const FileDescriptor& file) {
  struct stat status {};
  if (!file.is_open() || fstat(file.number(), &status) != 0) return std::nullopt;
  const auto whole = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || !is_private(status) || whole <= trailer_size) return std::nullopt;
  const std::size_t size = whole - trailer_size;
  const auto checksum = checksum_of(file, size);
  std::vector<char> buffer(trailer_size);
  const std::string_view trailer = read_some(file, buffer, trailer_size);
  const auto facts = read_facts(trailer);
  if (!checksum || !facts || make_trailer(size, *checksum, *facts) != trailer) return std::nullopt;
  return Template{size, *facts};
}

/// Where a link leads, whether or not there is a file: that is what is made, and the link stays.
fs::path follow_links(fs::path path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  for (int i = 0; i < most_links && fs::is_symlink(path, ignored); ++i)
    path = path.parent_path() / fs::read_symlink(path, ignored);
  return path;
}

/// An empty file that a template replaces keeps its mode.
void copy_mode(const fs::path& from, const fs::path& to) {
  struct stat status {};
  if (stat(from.c_str(), &status) == 0 && chmod(to.c_str(), status.st_mode & ALLPERMS) != 0)
    throw_errno("set the mode of", to);
}

[[noreturn]] void refuse_target(const fs::path& target) {
  throw Error(ErrorKind::refused, fmt::format("'{}' exists already", target.string()),
              "--template-cache makes new databases only: remove it, or leave the option out");
}

}  // namespace

void require_new_target(const fs::path& target) {
  if (has_content(target)) refuse_target(target);
  for (const char* suffix : {"-wal", "-journal"}) {
    const fs::path left = target.string() + suffix;
    if (!has_content(left)) continue;
    throw Error(ErrorKind::refused,
                fmt::format("'{}' is left of another database, and would become part of this one",
                            left.string()),
                "remove it");
  }
}

TemplateCache::TemplateCache(fs::path directory) : directory_(std::move(directory)) {
  std::error_code problem;
  if (directory_.has_parent_path()) fs::create_directories(directory_.parent_path(), problem);
  if (mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("create", directory_);
  struct stat status {};
  if (stat(directory_.c_str(), &status) != 0) throw_errno("read", directory_);
  if (!S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::io, fmt::format("'{}' is no directory", directory_.string()));
  }
  if (is_private(status)) return;
  if (status.st_uid != geteuid()) {
    throw Error(ErrorKind::refused,
                fmt::format("'{}' belongs to another user, who may write into every copy",
                            directory_.string()),
                "name a directory of your own");
  }
  throw Error(ErrorKind::refused,
              fmt::format("others may write to '{}', and so into every copy", directory_.string()),
              fmt::format("a directory of your own, or chmod go-w '{}'", directory_.string()));
}

fs::path TemplateCache::template_path(const std::string& key) const {
  return directory_ / (key + ".db");
}

fs::path TemplateCache::note_path(const std::string& key) const {
  return directory_ / (key + ".txt");
}

std::optional<TemplateFacts> TemplateCache::copy(const std::string& key,
                                                 const fs::path& given_target) const {
  const fs::path target = follow_links(given_target);
  require_new_target(target);
  const FileDescriptor file = open_file(template_path(key), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const auto found = inspect(file);
  if (!found) return std::nullopt;

  StagedFile staged(target);
  copy_bytes(file, staged.path(), found->size);
  std::error_code ignored;
  if (fs::is_empty(target, ignored)) {
    copy_mode(target, staged.path());
    staged.publish();
  } else if (!staged.publish_if_new()) {
    refuse_target(target);
  }
  return found->facts;
}

void TemplateCache::build(const std::string& key,
                          const std::function<TemplateFacts(const fs::path&)>& fill) const {
  remove_leftovers();
  StagedFile staged(template_path(key));
  const TemplateFacts facts = fill(staged.path());
  // A database that was not closed has pages in its log that the file lacks.
  if (has_content(staged.path().string() + "-wal")) {
    throw Error(ErrorKind::internal,
                fmt::format("the template '{}' was not closed", staged.path().string()));
  }
  const FileDescriptor file = open_file(staged.path(), O_RDWR);
  const std::size_t size = fs::file_size(staged.path());
  // Read to its end, so that the trailer is written there.
  const auto checksum = checksum_of(file, size);
  if (!checksum) throw_errno("read", staged.path());
  write_all(file, staged.path(), make_trailer(size, *checksum, facts));
  staged.publish();
}

bool TemplateCache::is_writable() const { return access(directory_.c_str(), W_OK | X_OK) == 0; }

std::string TemplateCache::note(const std::string& key) const {
  std::ifstream stream(note_path(key), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void TemplateCache::write_note(const std::string& key, const std::string& text) const {
  StagedFile staged(note_path(key));
  write_all(open_file(staged.path(), O_WRONLY), staged.path(), text);
  staged.publish();
}

void TemplateCache::remove_leftovers() const {
  std::error_code ignored;
  const auto too_old = fs::file_time_type::clock::now() - leftover_age;
  for (fs::directory_iterator entry(directory_, ignored), end; entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    // Beside the file itself also SQLite's: ….tmp-wal, ….tmp-shm.
    if (!name.starts_with('.') || name.find(staged_suffix) == std::string::npos) continue;
    if (entry->last_write_time(ignored) < too_old) fs::remove(entry->path(), ignored);
  }
}

}  // namespace llmctl::admin
