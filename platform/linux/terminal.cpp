// SPDX-License-Identifier: Apache-2.0
#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace patchstate {

bool is_terminal(Stream stream) {
  return ::isatty(stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::optional<std::string> ask_secret(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) != 1) return std::nullopt;
  const char* const typed = ::getpass(prompt.c_str());
  if (typed == nullptr) return std::nullopt;
  return typed;
}

}  // namespace patchstate
