// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/kernel_image.h"

namespace patchstate {

// Linux/x86 boot protocol 2.00: at 0x202 "HdrS", at 0x20E (little endian) where the version stands, less 0x200:
// 6.1.0-13-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)
std::string kernel_build(std::string_view image_head) {
  constexpr std::size_t kMagicAt = 0x202;
  constexpr std::size_t kPointerAt = 0x20e;
  constexpr std::size_t kLongest = 512;
  if (image_head.size() < kPointerAt + 2 || image_head.substr(kMagicAt, 4) != "HdrS") return {};
  const auto low = static_cast<unsigned char>(image_head[kPointerAt]);
  const auto high = static_cast<unsigned char>(image_head[kPointerAt + 1]);
  const std::size_t at = (static_cast<std::size_t>(high) << 8U | low) + 0x200U;
  if (at >= image_head.size()) return {};
  std::string_view text = image_head.substr(at, kLongest);
  text = text.substr(0, text.find('\0'));
  const auto build = text.find(" #");
  return build == std::string_view::npos ? std::string() : std::string(text.substr(build + 1));
}

BuildComparison compare_builds(std::string_view running, std::string_view installed) {
  if (running.empty() || installed.empty()) return BuildComparison::unknown;
  return running.starts_with(installed) || installed.starts_with(running) ? BuildComparison::same
                                                                          : BuildComparison::different;
}

}  // namespace patchstate
