// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/process_start.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <windows.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <io.h>

#include "platform/windows/command_line.h"
#include "platform/windows/os_error.h"
#include "platform/windows/system_folder.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOutputVariable = "PATCHSTATE_OUTPUT";  ///< number of a handle
constexpr const char* kAttempted = "cannot start a program";
constexpr DWORD kPipeSize = 64U << 10U;

struct Pipe {
  UniqueHandle read;   ///< overlapped: an anonymous pipe can't be waited for
  UniqueHandle write;  ///< inheritable
};

SECURITY_ATTRIBUTES inheritable() {
  SECURITY_ATTRIBUTES attributes{};
  attributes.nLength = sizeof attributes;
  attributes.bInheritHandle = TRUE;
  return attributes;
}

Pipe make_pipe() {
  static std::atomic<unsigned> number = 0;
  const std::wstring name =
      wide(fmt::format(R"(\\.\pipe\patchstate.{}.{})", ::GetCurrentProcessId(), number.fetch_add(1)));
  Pipe pipe;
  pipe.read = UniqueHandle(
      ::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, kPipeSize,
                         kPipeSize, 0, nullptr));
  if (!pipe.read) throw os_error(::GetLastError(), kAttempted);
  auto attributes = inheritable();
  pipe.write = UniqueHandle(
      ::CreateFileW(name.c_str(), GENERIC_WRITE, 0, &attributes, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!pipe.write) throw os_error(::GetLastError(), kAttempted);
  return pipe;
}

std::wstring own_variable(const wchar_t* name) {
  std::array<wchar_t, 1024> value{};
  const DWORD length = ::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
  return length < value.size() ? std::wstring(value.data(), length) : std::wstring();
}

/// What Windows' own libraries need to find their files, and nothing else of ours.
std::wstring clean_environment(const Command& command, HANDLE shared) {
  const std::wstring system = system_directory().wstring();
  std::vector<std::pair<std::wstring, std::wstring>> variables = {{L"PATH", system}};
  for (const wchar_t* name : {L"SystemRoot", L"SystemDrive", L"windir", L"ProgramData", L"ALLUSERSPROFILE", L"TEMP",
                              L"TMP", L"USERPROFILE", L"LOCALAPPDATA", L"APPDATA", L"NUMBER_OF_PROCESSORS"})
    if (auto value = own_variable(name); !value.empty()) variables.emplace_back(name, std::move(value));
  if (shared != nullptr)
    variables.emplace_back(wide(kOutputVariable), std::to_wstring(reinterpret_cast<std::uintptr_t>(shared)));
  for (const auto& [name, value] : command.environment) variables.emplace_back(wide(name), wide(value));
  return environment_block(variables);
}

/// A NUL would silently cut an argument short.
bool has_nul(const Command& command) {
  const auto bad = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  return std::any_of(command.argv.begin(), command.argv.end(), bad) ||
         std::any_of(command.environment.begin(), command.environment.end(),
                     [&](const auto& variable) { return bad(variable.first) || bad(variable.second); });
}

UniqueHandle make_job(std::size_t memory_cap) {
  UniqueHandle job(::CreateJobObjectW(nullptr, nullptr));
  if (!job) throw os_error(::GetLastError(), kAttempted);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  if (memory_cap != 0) {
    limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_JOB_MEMORY;
    limits.ProcessMemoryLimit = memory_cap;
    limits.JobMemoryLimit = memory_cap;
  }
  if (::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits) == 0)
    throw os_error(::GetLastError(), kAttempted);
  return job;
}

UniqueHandle make_messages(const UniqueHandle& job) {
  UniqueHandle port(::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
  if (!port) throw os_error(::GetLastError(), kAttempted);
  JOBOBJECT_ASSOCIATE_COMPLETION_PORT association{job.get(), port.get()};
  if (::SetInformationJobObject(job.get(), JobObjectAssociateCompletionPortInformation, &association,
                                sizeof association) == 0)
    throw os_error(::GetLastError(), kAttempted);
  return port;
}

/// Handles that the program inherits; no other handle of ours does it get, however inheritable.
class HandleList {
 public:
  explicit HandleList(std::vector<HANDLE> handles) : handles_(std::move(handles)) {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_ = std::make_unique<unsigned char[]>(size);
    if (::InitializeProcThreadAttributeList(list(), 1, 0, &size) == 0) throw os_error(::GetLastError(), kAttempted);
    if (::UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                    handles_.size() * sizeof(HANDLE), nullptr, nullptr) == 0)
      throw os_error(::GetLastError(), kAttempted);
  }
  HandleList(const HandleList&) = delete;
  HandleList& operator=(const HandleList&) = delete;
  ~HandleList() { ::DeleteProcThreadAttributeList(list()); }
  LPPROC_THREAD_ATTRIBUTE_LIST list() const { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get()); }

 private:
  std::vector<HANDLE> handles_;
  std::unique_ptr<unsigned char[]> memory_;
};

/// Empty: there is none.
fs::path path_of(const Command& command) {
  const fs::path program = wide(command.argv[0]);
  return program.is_absolute() ? program : fs::path(wide(find_program(command.argv[0])));
}

/// Why there can be no program there; 0: there may be.
int problem_with(const fs::path& path) {
  if (path.empty()) return ENOENT;
  const DWORD attributes = ::GetFileAttributesW(api_path(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return ENOENT;
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? EACCES : 0;
}

struct Streams {
  UniqueHandle in;
  UniqueHandle shared;
  Pipe out;
  Pipe err;
};

Streams make_streams(const Command& command) {
  auto attributes = inheritable();
  Streams streams;
  streams.in = UniqueHandle(
      ::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &attributes, OPEN_EXISTING, 0, nullptr));
  if (!streams.in) throw os_error(::GetLastError(), kAttempted);
  HANDLE shared = nullptr;
  const HANDLE own = ::GetStdHandle(STD_OUTPUT_HANDLE);
  if (command.shares_output && own != nullptr && own != INVALID_HANDLE_VALUE &&
      ::DuplicateHandle(::GetCurrentProcess(), own, ::GetCurrentProcess(), &shared, 0, TRUE, DUPLICATE_SAME_ACCESS) !=
          0)
    streams.shared = UniqueHandle(shared);
  streams.out = make_pipe();
  streams.err = make_pipe();
  return streams;
}

/// Suspended, because it could start others before it is in its job.
PROCESS_INFORMATION create(const Command& command, const fs::path& path, const Streams& streams) {
  std::vector<HANDLE> handles{streams.in.get(), streams.out.write.get(), streams.err.write.get()};
  if (streams.shared) handles.push_back(streams.shared.get());
  const HandleList list(std::move(handles));
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = streams.in.get();
  startup.StartupInfo.hStdOutput = streams.out.write.get();
  startup.StartupInfo.hStdError = streams.err.write.get();
  startup.lpAttributeList = list.list();
  std::wstring line = command_line_of(command.argv);
  std::wstring environment = clean_environment(command, streams.shared.get());
  const std::wstring folder = system_directory().wstring();
  PROCESS_INFORMATION created{};
  if (::CreateProcessW(path.c_str(), line.data(), nullptr, nullptr, TRUE,
                       CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT |
                           BELOW_NORMAL_PRIORITY_CLASS,
                       environment.data(), folder.c_str(), &startup.StartupInfo, &created) == 0)
    created.hProcess = nullptr;
  return created;
}

}  // namespace

std::FILE* shared_output() {
  const char* const number = std::getenv(kOutputVariable);
  if (number == nullptr) return stdout;
  const int fd = ::_open_osfhandle(static_cast<std::intptr_t>(std::strtoull(number, nullptr, 10)), _O_APPEND);
  return fd < 0 ? nullptr : ::_fdopen(fd, "ab");
}

std::string find_program(const std::string& program) {
  if (program.empty() || program.find_first_of("/\\:") != std::string::npos) return {};
  for (const char* ending : {"", ".exe"}) {
    const fs::path path = system_directory() / wide(program + ending);
    const DWORD attributes = ::GetFileAttributesW(path.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) return path.string();
  }
  return {};
}

StartedProcess start_process(const Command& command) {
  StartedProcess started;
  if (command.argv.empty() || has_nul(command)) {
    started.error = EINVAL;
    return started;
  }
  const fs::path path = path_of(command);
  started.error = problem_with(path);
  if (started.error != 0) return started;
  started.job = make_job(command.memory_cap);
  started.messages = make_messages(started.job);
  Streams streams = make_streams(command);
  const PROCESS_INFORMATION created = create(command, path, streams);
  if (created.hProcess == nullptr) {
    const DWORD error = ::GetLastError();
    started.error = errno_of(error);
    if (started.error == 0 || started.error == ENOMEM || started.error == EMFILE) throw os_error(error, kAttempted);
    return started;
  }
  started.process = UniqueHandle(created.hProcess);
  const UniqueHandle thread(created.hThread);
  if (::AssignProcessToJobObject(started.job.get(), created.hProcess) == 0) {
    const DWORD error = ::GetLastError();
    ::TerminateProcess(created.hProcess, 1);
    throw os_error(error, kAttempted);
  }
  ::ResumeThread(thread.get());
  started.out = std::move(streams.out.read);
  started.err = std::move(streams.err.read);
  return started;
}

}  // namespace patchstate
