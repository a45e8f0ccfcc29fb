// SPDX-License-Identifier: Apache-2.0
#include <system_error>

#include "collectors/host/os_release.h"
#include "platform/files.h"

namespace patchstate {
namespace {

constexpr std::size_t kMost = 64U << 10U;

std::map<std::string, std::string> readable_values(const std::filesystem::path& root) {
  try {
    const auto text = read_os_release(root);
    return text ? parse_os_release(*text) : std::map<std::string, std::string>{};
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace

std::optional<std::string> read_os_release(const std::filesystem::path& root) {
  for (const char* const path : {"/etc/os-release", "/usr/lib/os-release"})
    if (auto text = read_file_if_there(resolve_in_root(root, path), kMost)) return text;
  return std::nullopt;
}

OperatingSystem read_operating_system(const std::filesystem::path& root) {
  return operating_system(readable_values(root));
}

BaseRelease read_base_release(const std::filesystem::path& root) {
  return base_release(readable_values(root));
}

}  // namespace patchstate
