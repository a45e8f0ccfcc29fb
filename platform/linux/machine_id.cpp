// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <system_error>

#include "platform/files.h"
#include "platform/linux/small_file.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

constexpr std::size_t kDigits = 32;

}  // namespace

// /etc/machine-id: "3d1219c7c4c5404aaa1f6d2a48adfda4\n"; "uninitialized\n" in an image before its first boot.
std::string machine_id(const std::filesystem::path& root) {
  std::string text;
  try {
    text = first_line(resolve_in_root(root, "/etc/machine-id"));
  } catch (const std::system_error&) {
    return {};  // links in a circle
  }
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool valid = text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos &&
                     text.find_first_not_of('0') != std::string::npos;
  return valid ? text : std::string();
}

}  // namespace patchstate
