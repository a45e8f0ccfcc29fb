// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>
#include <string_view>

namespace patchstate::apt {

/// The hook program that apt starts (`patchstate apt-hook`, hidden): shakes hands on `socket_fd`, and writes apt's plan
/// as one marked line to `out` (apt's own stdout, which apt has flushed). Returns the exit code: 0, or 1 when apt said
/// nothing we understand or the deadline passed.
int run_apt_hook(int socket_fd, std::FILE* out, std::chrono::milliseconds deadline = std::chrono::seconds{30});

/// What apt starts our program with.
inline constexpr std::string_view kHookArgument = "apt-hook";

/// Descriptor in $APT_HOOK_SOCKET, or -1.
int apt_hook_socket();

}  // namespace patchstate::apt
