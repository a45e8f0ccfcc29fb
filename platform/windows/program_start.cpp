// SPDX-License-Identifier: Apache-2.0
#include "platform/program_start.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>

#include "platform/windows/command_line.h"
#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

std::atomic<int> exit_code = 0;
UINT console_output = 0;

void give_back_console() {
  if (console_output != 0) ::SetConsoleOutputCP(console_output);
}

/// In a thread of its own. Programs that we started are in jobs, which end with us.
BOOL WINAPI stop(DWORD /*what*/) {
  constexpr char kText[] = "\npatchstate: stopped\n";
  DWORD written = 0;
  ::WriteFile(::GetStdHandle(STD_ERROR_HANDLE), kText, sizeof kText - 1, &written, nullptr);
  give_back_console();
  ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(exit_code.load()));
  return TRUE;
}

}  // namespace

void prepare_program(int exit_code_when_stopped) {
  const bool is_first = console_output == 0;
  exit_code = exit_code_when_stopped;
  if (!is_first) return;
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  // No library from the folder we are started in, or from the PATH.
  ::SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  ::SetDllDirectoryW(L"");
  // The same bytes into a file or a pipe as everywhere; a console understands "\n" too.
  ::_setmode(::_fileno(stdin), _O_BINARY);
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  console_output = ::GetConsoleOutputCP();
  if (console_output != 0) {
    ::SetConsoleOutputCP(CP_UTF8);
    std::atexit(give_back_console);
  }
  ::SetConsoleCtrlHandler(stop, TRUE);
}

std::vector<std::string> program_arguments(int argc, const char* const* argv) {
  int count = 0;
  wchar_t** const words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  if (words == nullptr) return {argv, argv + argc};
  std::vector<std::string> arguments;
  for (int i = 0; i < count; ++i) arguments.push_back(narrow(words[i]));
  ::LocalFree(words);
  return arguments;
}

void take_first_pages() {
  // A page fault is cheap here, and the exe is one file.
}

void take_memory(std::size_t /*bytes*/) {}

void give_back_program_pages() {
  ::SetProcessWorkingSetSize(::GetCurrentProcess(), static_cast<SIZE_T>(-1), static_cast<SIZE_T>(-1));
}

// There is no exec: a child with our console and streams, which a job ends with us.
void become_program(const std::filesystem::path& program, std::vector<std::string> arguments) {
  const UniqueHandle job(::CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  ::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);
  std::wstring line = command_line_of(arguments);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION created{};
  if (::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, CREATE_SUSPENDED, nullptr, nullptr,
                       &startup, &created) == 0)
    throw os_error(::GetLastError(), "cannot start", program);
  const UniqueHandle process(created.hProcess);
  const UniqueHandle thread(created.hThread);
  ::AssignProcessToJobObject(job.get(), process.get());
  ::ResumeThread(thread.get());
  ::WaitForSingleObject(process.get(), INFINITE);
  DWORD code = 0;
  ::GetExitCodeProcess(process.get(), &code);
  give_back_console();
  ::TerminateProcess(::GetCurrentProcess(), code);
  std::abort();
}

}  // namespace patchstate
