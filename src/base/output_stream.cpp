#include "base/output_stream.h"

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace llmctl {

OutputStream::OutputStream(int descriptor) : std::ostream(nullptr), buffer_(descriptor) {
  rdbuf(&buffer_);
}

OutputStream::~OutputStream() { flush(); }

// The bytes stay as they are: whoever prints a line should not pay for touching all of them.
OutputStream::Buffer::Buffer(int file) : descriptor(file) {
  setp(bytes.data(), bytes.data() + bytes.size());
}

std::streambuf::int_type OutputStream::Buffer::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(character, traits_type::eof()))
    sputc(traits_type::to_char_type(character));
  return traits_type::not_eof(character);
}

int OutputStream::Buffer::sync() {
  std::string_view rest(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  setp(bytes.data(), bytes.data() + bytes.size());
  while (!rest.empty() && problem == 0) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      problem = errno;
    }
  }
  return problem == 0 ? 0 : -1;
}

}  // namespace llmctl
