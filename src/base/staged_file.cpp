#include "base/staged_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/files.h"
#include "base/uuid.h"

namespace llmctl {

StagedFile::StagedFile(std::filesystem::path target) : target_(std::move(target)) {
  path_ = target_;
  path_.replace_filename(fmt::format(".{}.{:016x}{}", target_.filename().string(),
                                     RandomSource().next(), staged_suffix));
  const FileDescriptor file(open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.is_open()) throw_errno("create", target_);
}

StagedFile::~StagedFile() {
  if (!published_) unlink(path_.c_str());
}

void StagedFile::publish() {
  if (rename(path_.c_str(), target_.c_str()) != 0) throw_errno("create", target_);
  published_ = true;
}

bool StagedFile::publish_if_new() {
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0) {
    published_ = true;
    return true;
  }
  if (errno == EEXIST) return false;
  // Not every file system knows how to; those that do not still have links or plain renames.
  if (link(path_.c_str(), target_.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  if (access(target_.c_str(), F_OK) == 0) return false;
  publish();
  return true;
}

}  // namespace llmctl
