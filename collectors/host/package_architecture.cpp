// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/package_architecture.h"

#include <system_error>

#include "platform/files.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kElfHead = 64;
constexpr unsigned kHardFloat = 0x400;  // EF_ARM_ABI_FLOAT_HARD

struct Architecture {
  unsigned machine;  ///< e_machine
  char bits;         ///< 1: 32, 2: 64
  char order;        ///< 1: little endian, 2: big
  const char* dpkg;
  const char* other;  ///< as `uname -m` says
};
constexpr Architecture kArchitectures[] = {
    {62, 2, 1, "amd64", "x86_64"},         {62, 1, 1, "x32", "x32"},        {3, 1, 1, "i386", "i686"},
    {183, 2, 1, "arm64", "aarch64"},       {40, 1, 1, "armel", "arm"},      {21, 2, 1, "ppc64el", "ppc64le"},
    {21, 2, 2, "ppc64", "ppc64"},          {22, 2, 2, "s390x", "s390x"},    {243, 2, 1, "riscv64", "riscv64"},
    {258, 2, 1, "loong64", "loongarch64"}, {8, 2, 1, "mips64el", "mips64"}, {8, 1, 1, "mipsel", "mips"}};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::string head_of(const fs::path& root, const char* program) {
  try {
    return read_head(resolve_in_root(root, program), kElfHead);
  } catch (const std::system_error&) {
    return {};  // not there; the next one may be
  }
}

}  // namespace

std::string architecture_of_program(std::string_view file_head, Packages packages) {
  constexpr std::string_view kMagic =
      "\x7f"
      "ELF";
  if (file_head.size() < 52 || !file_head.starts_with(kMagic)) return {};
  const char bits = file_head[4];
  const char order = file_head[5];
  const unsigned machine = order == 2 ? byte_at(file_head, 18) << 8U | byte_at(file_head, 19)
                                      : byte_at(file_head, 19) << 8U | byte_at(file_head, 18);
  const bool hard_float = ((byte_at(file_head, 37) << 8U) & kHardFloat) != 0;
  for (const auto& known : kArchitectures) {
    if (known.machine != machine || known.bits != bits || known.order != order) continue;
    if (machine == 40 && hard_float) return packages == Packages::dpkg ? "armhf" : "armv7l";
    return packages == Packages::dpkg ? known.dpkg : known.other;
  }
  return {};
}

std::string package_architecture(const fs::path& root) {
  const Packages packages = is_in_root(root, "/var/lib/dpkg") ? Packages::dpkg : Packages::other;
  if (packages == Packages::other && root == "/") return machine_architecture();
  for (const char* program : {"/usr/bin/dpkg", "/bin/sh", "/usr/bin/env"})
    if (auto name = architecture_of_program(head_of(root, program), packages); !name.empty()) return name;
  return {};
}

}  // namespace patchstate
