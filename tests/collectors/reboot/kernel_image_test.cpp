// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/kernel_image.h"

#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

namespace {

/// An x86 image whose version text stands at `at`.
std::string image(std::size_t at, const std::string& version) {
  std::string bytes(kKernelImageHead, '\xcc');
  bytes.replace(0x202, 4, "HdrS");
  bytes[0x20e] = static_cast<char>((at - 0x200) & 0xffU);
  bytes[0x20f] = static_cast<char>((at - 0x200) >> 8U);
  bytes.replace(at, version.size() + 1, version + std::string(1, '\0'));
  return bytes;
}

constexpr const char* kVersion =
    "6.1.0-13-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)";

}  // namespace

TEST_CASE("a kernel image tells its build as uname -v would") {
  CHECK(kernel_build(image(0x3b20, kVersion)) == "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)");
  CHECK(kernel_build(image(0x10100, kVersion)) == "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)");
}

TEST_CASE("any other file tells nothing") {
  CHECK(kernel_build("").empty());
  CHECK(kernel_build(std::string(0x20f, 'x')).empty());
  CHECK(kernel_build(std::string(100'000, '\0')).empty());
  CHECK(kernel_build(image(0x3b20, "no build in here")).empty());
  CHECK(kernel_build(image(0x3b20, kVersion).substr(0, 0x3b20)).empty());
  CHECK(kernel_build(image(0x3b20, kVersion).substr(0, 0x210)).empty());
}

TEST_CASE("builds are compared as far as both are known") {
  CHECK(compare_builds("#1 SMP Debian 6.1.55-1", "#1 SMP Debian 6.1.55-1") == BuildComparison::same);
  CHECK(compare_builds("#1 SMP Debian 6.1.5", "#1 SMP Debian 6.1.55-1") == BuildComparison::same);  // cut
  CHECK(compare_builds("#1 SMP Debian 6.1.55-1", "#1 SMP Debian 6.1.64-1") == BuildComparison::different);
  CHECK(compare_builds("", "#1") == BuildComparison::unknown);
  CHECK(compare_builds("#1", "") == BuildComparison::unknown);
}
