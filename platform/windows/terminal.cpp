// SPDX-License-Identifier: Apache-2.0
#include "platform/terminal.h"

#include <windows.h>

namespace patchstate {

bool is_terminal(Stream stream) {
  DWORD mode = 0;
  return ::GetConsoleMode(::GetStdHandle(stream == Stream::out ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE), &mode) != 0;
}

int terminal_width() {
  CONSOLE_SCREEN_BUFFER_INFO screen{};
  if (::GetConsoleScreenBufferInfo(::GetStdHandle(STD_OUTPUT_HANDLE), &screen) == 0) return 80;
  const int columns = screen.srWindow.Right - screen.srWindow.Left + 1;
  return columns > 0 ? columns : 80;
}

}  // namespace patchstate
