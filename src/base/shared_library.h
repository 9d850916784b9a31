#pragma once

#include <initializer_list>
#include <string>

namespace llmctl {

/// A library that is loaded when it is first needed, so that the program starts, and runs what does
/// without, on machines that have none. Once loaded it stays: libraries leave exit handlers and
/// threads behind.
class SharedLibrary {
 public:
  /// Loads the first of these files ("libcurl.so.4") that there is. Throws Error(configuration)
  /// when there is none, with the Debian `package` to install.
  SharedLibrary(std::initializer_list<const char*> files, std::string package);

  /// Points `function` to the library's function of this name. Throws Error(configuration) when the
  /// library has none, as older versions may.
  template <typename Function>
  void bind(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(find(name));
  }

 private:
  void* find(const char* name) const;

  void* handle_ = nullptr;
  std::string file_;
  std::string package_;
};

}  // namespace llmctl
