// SPDX-License-Identifier: Apache-2.0
// What a test asks of a service and its program, and Wine's own tools can't:
//   service_tool control NAME CODE      sends the control; exit code: the error of Windows, 0 for none
//   service_tool state NAME             STATE PID EXIT-CODE PROGRAM-EXIT-CODE, in numbers
//   service_tool kill PID
//   service_tool message PROGRAM ID     the text of the event, with "one" and "two" in it
//   service_tool description NAME
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <windows.h>

namespace {

int failed() {
  const DWORD error = ::GetLastError();
  std::fprintf(stderr, "error %lu\n", error);
  return static_cast<int>(error);
}

SC_HANDLE open_service(const wchar_t* name, DWORD access) {
  const SC_HANDLE manager = ::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
  return manager == nullptr ? nullptr : ::OpenServiceW(manager, name, access);
}

int control(const wchar_t* name, DWORD code) {
  const SC_HANDLE service =
      open_service(name, SERVICE_STOP | SERVICE_PAUSE_CONTINUE | SERVICE_USER_DEFINED_CONTROL | SERVICE_INTERROGATE);
  SERVICE_STATUS status{};
  return service != nullptr && ::ControlService(service, code, &status) != 0 ? 0 : failed();
}

int state(const wchar_t* name) {
  const SC_HANDLE service = open_service(name, SERVICE_QUERY_STATUS);
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  if (service == nullptr || ::QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                                                   sizeof status, &size) == 0)
    return failed();
  std::printf("%lu %lu %lu %lu\n", status.dwCurrentState, status.dwProcessId, status.dwWin32ExitCode,
              status.dwServiceSpecificExitCode);
  return 0;
}

int kill(DWORD process) {
  const HANDLE handle = ::OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, process);
  if (handle == nullptr || ::TerminateProcess(handle, 9) == 0) return failed();
  return ::WaitForSingleObject(handle, 60'000) == WAIT_OBJECT_0 ? 0 : 1;
}

int message(const wchar_t* program, DWORD id) {
  const HMODULE module = ::LoadLibraryExW(program, nullptr, LOAD_LIBRARY_AS_DATAFILE);
  if (module == nullptr) return failed();
  DWORD_PTR texts[] = {reinterpret_cast<DWORD_PTR>(L"one"), reinterpret_cast<DWORD_PTR>(L"two")};
  wchar_t text[256];
  if (::FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, module, id, 0, text, 256,
                       reinterpret_cast<va_list*>(texts)) == 0)
    return failed();
  std::printf("%ls", text);
  return 0;
}

int description(const wchar_t* name) {
  const SC_HANDLE service = open_service(name, SERVICE_QUERY_CONFIG);
  std::vector<BYTE> buffer(8192);
  DWORD size = 0;
  if (service == nullptr || ::QueryServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, buffer.data(),
                                                   static_cast<DWORD>(buffer.size()), &size) == 0)
    return failed();
  std::printf("%ls\n", reinterpret_cast<SERVICE_DESCRIPTIONW*>(buffer.data())->lpDescription);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view command = argv[1];
  const std::string given = argv[2];
  const std::wstring name(given.begin(), given.end());  // the tests' names are ASCII
  const auto number = [](const char* text) { return static_cast<DWORD>(std::strtoul(text, nullptr, 10)); };
  if (command == "state") return state(name.c_str());
  if (command == "description") return description(name.c_str());
  if (command == "kill") return kill(number(argv[2]));
  if (argc < 4) return 2;
  if (command == "control") return control(name.c_str(), number(argv[3]));
  if (command == "message") return message(name.c_str(), number(argv[3]));
  return 2;
}
