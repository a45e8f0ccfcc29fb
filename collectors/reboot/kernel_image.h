// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchstate {

/// How much of the file kernel_build() looks at.
constexpr std::size_t kKernelImageHead = 80U << 10U;

/// The build of an x86 kernel image as `uname -v` would print it: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1
/// (2023-09-29)". Empty for any other file.
std::string kernel_build(std::string_view image_head);

/// Same build, as far as both are known: the kernel itself cuts its text at 64 bytes.
enum class BuildComparison { unknown, same, different };
BuildComparison compare_builds(std::string_view running, std::string_view installed);

}  // namespace patchstate
