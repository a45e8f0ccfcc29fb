// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace patchstate {

enum class Stream { out, err };

bool is_terminal(Stream stream);
/// Columns of the terminal on stdout; 80 when it is none.
int terminal_width();

/// What is typed at the terminal, which does not show it; nullopt: stdin is none, or there is no terminal. Linux only,
/// as is the hub, which asks.
std::optional<std::string> ask_secret(const std::string& prompt);

}  // namespace patchstate
