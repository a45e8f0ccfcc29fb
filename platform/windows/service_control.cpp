// SPDX-License-Identifier: Apache-2.0
#include "platform/service_control.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

#include <windows.h>

#include "platform/windows/os_error.h"
#include "platform/windows/service_handle.h"
#include "platform/windows/service_state.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kStep{100};  ///< the service manager tells nobody when a service is done, except by being asked

SERVICE_STATUS_PROCESS status_of(const ServiceHandle& service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD needed = 0;
  if (::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status), sizeof status,
                             &needed) == 0)
    throw os_error(::GetLastError(), "cannot ask for the state of the service");
  return status;
}

/// The first state that is not `passing`.
SERVICE_STATUS_PROCESS wait_while(const ServiceHandle& service, DWORD passing, Clock::time_point until) {
  for (;;) {
    const auto status = status_of(service);
    if (status.dwCurrentState != passing) return status;
    if (Clock::now() >= until)
      throw std::system_error(std::make_error_code(std::errc::timed_out), passing == SERVICE_START_PENDING
                                                                              ? "the service is still starting"
                                                                              : "the service has not stopped");
    ::Sleep(static_cast<DWORD>(kStep.count()));
  }
}

ServiceState state_of(DWORD state) {
  switch (state) {
    case SERVICE_STOPPED:
      return ServiceState::stopped;
    case SERVICE_START_PENDING:
      return ServiceState::starting;
    case SERVICE_RUNNING:
      return ServiceState::running;
    case SERVICE_STOP_PENDING:
      return ServiceState::stopping;
    default:
      return ServiceState::paused;
  }
}

const char* start_of(DWORD type) {
  if (type == SERVICE_AUTO_START) return "automatic";
  return type == SERVICE_DISABLED ? "disabled" : "on demand";
}

ServiceCondition condition_of(const SERVICE_STATUS_PROCESS& status) {
  ServiceCondition condition;
  condition.state = state_of(status.dwCurrentState);
  condition.process = status.dwProcessId;
  if (status.dwWin32ExitCode != ERROR_SERVICE_NEVER_STARTED) condition.exit_code = status.dwWin32ExitCode;
  if (status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR)
    condition.program_exit_code = status.dwServiceSpecificExitCode;
  return condition;
}

void take_settings(const ServiceHandle& service, ServiceCondition& condition) {
  constexpr std::size_t kMost = 8192;  ///< documented limit of QueryServiceConfigW
  alignas(QUERY_SERVICE_CONFIGW) std::array<std::byte, kMost> buffer{};
  auto* const settings = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(buffer.data());
  DWORD needed = 0;
  if (::QueryServiceConfigW(service.get(), settings, kMost, &needed) == 0) return;
  condition.command_line = narrow(settings->lpBinaryPathName);
  if (settings->lpServiceStartName != nullptr) condition.account = narrow(settings->lpServiceStartName);
  condition.start = start_of(settings->dwStartType);
}

/// Of the process that ran the service, so that its program can be replaced or deleted.
void wait_for_process(DWORD process, Clock::time_point until) {
  const UniqueHandle handle(process == 0 ? nullptr : ::OpenProcess(SYNCHRONIZE, FALSE, process));
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  if (handle &&
      ::WaitForSingleObject(handle.get(), static_cast<DWORD>(std::max(left, milliseconds{0}).count())) == WAIT_TIMEOUT)
    throw std::system_error(std::make_error_code(std::errc::timed_out), "the service's process has not ended");
}

void stop(const ServiceHandle& service, Clock::time_point until) {
  const auto before = wait_while(service, SERVICE_START_PENDING, until);  // until then it takes no request
  if (before.dwCurrentState != SERVICE_STOPPED) {
    SERVICE_STATUS told{};
    const DWORD error = ::ControlService(service.get(), SERVICE_CONTROL_STOP, &told) != 0 ? NO_ERROR : ::GetLastError();
    if (error != NO_ERROR && error != ERROR_SERVICE_NOT_ACTIVE && error != ERROR_SERVICE_CANNOT_ACCEPT_CTRL)
      throw os_error(error, "cannot stop the service");
    wait_while(service, SERVICE_RUNNING, until);
    wait_while(service, SERVICE_STOP_PENDING, until);
  }
  wait_for_process(before.dwProcessId, until);
}

}  // namespace

std::string service_name() {
  return narrow(kServiceName);
}

ServiceCondition start_service(milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  const auto service = open_service(SERVICE_START | SERVICE_QUERY_STATUS);
  if (::StartServiceW(service.get(), 0, nullptr) == 0) {
    const DWORD error = ::GetLastError();
    if (error != ERROR_SERVICE_ALREADY_RUNNING) throw os_error(error, "cannot start the service");
  }
  return condition_of(wait_while(service, SERVICE_START_PENDING, until));
}

void stop_service(milliseconds deadline) {
  stop(open_service(SERVICE_STOP | SERVICE_QUERY_STATUS), Clock::now() + deadline);
}

bool uninstall_service(milliseconds deadline) {
  const auto service = find_service(SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
  if (!service) return false;
  stop(service, Clock::now() + deadline);
  if (::DeleteService(service.get()) == 0) {
    const DWORD error = ::GetLastError();
    if (error != ERROR_SERVICE_MARKED_FOR_DELETE) throw os_error(error, "cannot delete the service");
  }
  forget_event_source();
  return true;
}

ServiceCondition ask_service() {
  const auto service = find_service(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG);
  if (!service) return {};
  auto condition = condition_of(status_of(service));
  take_settings(service, condition);
  return condition;
}

}  // namespace patchstate
