// SPDX-License-Identifier: Apache-2.0
// What the tests of processes start: a program that does as its first argument says.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <windows.h>
#include <fcntl.h>
#include <io.h>

#include "platform/files.h"
#include "platform/paths.h"
#include "platform/program_start.h"
#include "platform/windows/command_line.h"
#include "platform/windows/wide.h"

using namespace patchstate;

namespace {

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void print_environment() {
  wchar_t* const block = ::GetEnvironmentStringsW();
  for (const wchar_t* at = block; *at != L'\0'; at += std::wstring_view(at).size() + 1)
    if (*at != L'=') say(narrow(at));
  ::FreeEnvironmentStringsW(block);
}

/// A grandchild and this program hold the event `name` until they are gone. Says "started" once both do.
void hold(const std::string& name, bool with_child) {
  const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, wide(name).c_str());
  const HANDLE both = ::CreateEventW(nullptr, TRUE, FALSE, wide(name + "-both").c_str());
  if (event == nullptr || both == nullptr) std::exit(1);
  if (!with_child) {
    ::SetEvent(both);
  } else {
    std::wstring line = command_line_of({own_program().string(), "hold", name});
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    PROCESS_INFORMATION created{};
    if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, DETACHED_PROCESS, nullptr, nullptr, &startup,
                         &created) == 0)
      std::exit(1);
    ::WaitForSingleObject(both, 20'000);
    say("started");
  }
  ::Sleep(INFINITE);
}

}  // namespace

int main(int argc, char** argv) {
  prepare_program(3);
  const auto arguments = program_arguments(argc, argv);
  const std::string what = arguments.size() > 1 ? arguments[1] : "";
  if (what == "arguments")
    for (std::size_t i = 2; i < arguments.size(); ++i) say("[" + arguments[i] + "]");
  if (what == "environment") print_environment();
  if (what == "exit") return std::atoi(arguments[2].c_str());
  if (what == "both") {
    say("out");
    std::fputs("err\n", stderr);
    return 42;
  }
  if (what == "input") say(std::to_string(std::getchar()));
  if (what == "bytes") std::fputs(std::string(std::stoul(arguments[2]), 'x').c_str(), stdout);
  if (what == "flood")
    while (std::fputs("flood\n", stdout) >= 0) continue;
  if (what == "crash") ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
  if (what == "memory") say(std::malloc(std::stoul(arguments[2])) == nullptr ? "refused" : "given");
  if (what == "hold") hold(arguments[2], false);
  if (what == "tree") hold(arguments[2], true);
  if (what == "lock") {
    const auto lock = FileLock::try_lock(arguments[2]);
    say(lock ? "locked" : "busy");
    if (lock) ::Sleep(INFINITE);
  }
  return 0;
}
