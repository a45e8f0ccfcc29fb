// SPDX-License-Identifier: Apache-2.0
// exit_code PROGRAM [ARGUMENTS]: runs it, and writes its exit code, a number, to the file that EXIT_CODE_FILE names.
// Wine's server kills a program by SIGKILL that needs more than a second to go after it has ended, as on a busy
// machine. Then its exit code is lost to the caller, who is no Windows program; never to a parent that is one.
#include <cstdio>

#include <windows.h>

namespace {

/// Of our own command line, what follows our own name.
wchar_t* command_line() {
  wchar_t* at = ::GetCommandLineW();
  const wchar_t end = *at == L'"' ? *at++ : L' ';
  while (*at != L'\0' && *at != end) ++at;
  if (*at == L'"') ++at;
  while (*at == L' ') ++at;
  return at;
}

DWORD code_of(wchar_t* command) {
  STARTUPINFOW start{};
  start.cb = sizeof start;
  PROCESS_INFORMATION created{};
  // ERROR_INTERNAL_ERROR is Wine's word for a process that died before it had begun, once in some hundreds.
  for (int left = 3;
       ::CreateProcessW(nullptr, command, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &created) == 0; --left)
    if (const DWORD error = ::GetLastError(); error != ERROR_INTERNAL_ERROR || left == 0) return error;
  ::WaitForSingleObject(created.hProcess, INFINITE);
  DWORD code = 0;
  ::GetExitCodeProcess(created.hProcess, &code);
  return code;
}

}  // namespace

int main() {
  const DWORD code = code_of(command_line());
  wchar_t path[MAX_PATH] = L"";
  ::GetEnvironmentVariableW(L"EXIT_CODE_FILE", path, MAX_PATH);
  std::FILE* const file = _wfopen(path, L"w");
  if (file == nullptr) return 1;
  std::fprintf(file, "%lu\n", code);
  return std::fclose(file);
}
