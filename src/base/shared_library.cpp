#include "base/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace llmctl {

SharedLibrary::SharedLibrary(std::initializer_list<const char*> files, std::string package)
    : package_(std::move(package)) {
  std::string problem;
  for (const char* file : files) {
    handle_ = ::dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    file_ = file;
    if (handle_ != nullptr) return;
    // The first file is the usual one; why the others are not there helps nobody.
    if (problem.empty())
      problem = fmt::format("cannot load the library '{}': {}", file, ::dlerror());
  }
  throw Error(ErrorKind::configuration, problem,
              fmt::format("install it: apt-get install {}", package_));
}

void* SharedLibrary::find(const char* name) const {
  void* function = ::dlsym(handle_, name);
  if (function != nullptr) return function;
  throw Error(ErrorKind::configuration,
              fmt::format("the library '{}' has no function '{}'", file_, name),
              fmt::format("install a newer version of {}", package_));
}

}  // namespace llmctl
