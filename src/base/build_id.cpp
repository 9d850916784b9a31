#include "base/build_id.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <bit>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace llmctl {
namespace {

/// A segment of notes, each a header, a name and a description, padded to whole words:
/// https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html#note_section
std::string find_in(std::string_view notes) {
  const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
  ElfW(Nhdr) header{};
  while (notes.size() > sizeof header) {
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t description = sizeof header + padded(header.n_namesz);
    const std::size_t size = description + padded(header.n_descsz);
    if (size > notes.size()) break;
    const bool is_gnu = notes.substr(sizeof header).starts_with("GNU");
    if (is_gnu && header.n_type == NT_GNU_BUILD_ID) {
      std::string id;
      for (const char byte : notes.substr(description, header.n_descsz))
        id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      return id;
    }
    notes.remove_prefix(size);
  }
  return {};
}

/// The first object that is visited is the program itself.
int visit(dl_phdr_info* object, std::size_t, void* found) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* start = std::bit_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    std::string& id = *static_cast<std::string*>(found);
    if (id.empty()) id = find_in({start, segment.p_memsz});
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string id;
  dl_iterate_phdr(visit, &id);
  if (id.empty()) throw Error(ErrorKind::internal, "this program was linked without a build id");
  return id;
}

}  // namespace llmctl
