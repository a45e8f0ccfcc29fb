// SPDX-License-Identifier: Apache-2.0
#include "platform/service_manager.h"

#include <cstdio>
#include <mutex>

#include <windows.h>

#include "platform/windows/loop_requests.h"
#include "platform/windows/os_error.h"
#include "platform/windows/service_state.h"

namespace patchstate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartStep = std::chrono::seconds{10};  ///< a checkpoint in each, until it is ready
constexpr DWORD kStartHint = 30'000;                           ///< three steps
constexpr DWORD kStopHint = 10'000;                            ///< the loop ends what runs within a second
constexpr DWORD kAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_PARAMCHANGE |
                            SERVICE_ACCEPT_TIMECHANGE | SERVICE_ACCEPT_POWEREVENT;

/// What the service manager believes of us. It is told by the service's own thread and by the control handler; a state
/// never goes back, so that nobody says "running" after "stopping" or anything after "stopped".
class Reported {
 public:
  void begin(SERVICE_STATUS_HANDLE handle) {
    const std::lock_guard lock(mutex_);
    handle_ = handle;
    tell(SERVICE_START_PENDING, kStartHint);
  }

  void advance(DWORD state, DWORD hint, int exit_code = 0) {
    const std::lock_guard lock(mutex_);
    if (handle_ == nullptr || order(state) <= order(status_.dwCurrentState)) return;
    if (exit_code != 0) {
      status_.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
      status_.dwServiceSpecificExitCode = static_cast<DWORD>(exit_code);
    }
    tell(state, hint);
  }

  /// Still starting, and getting on.
  void checkpoint() {
    const std::lock_guard lock(mutex_);
    if (is_starting()) tell(SERVICE_START_PENDING, kStartHint);
  }

  bool starting() const {
    const std::lock_guard lock(mutex_);
    return is_starting();
  }

  bool is_service() const {
    const std::lock_guard lock(mutex_);
    return handle_ != nullptr;
  }

 private:
  static int order(DWORD state) {
    switch (state) {
      case SERVICE_START_PENDING:
        return 0;
      case SERVICE_RUNNING:
        return 1;
      case SERVICE_STOP_PENDING:
        return 2;
      default:
        return 3;
    }
  }

  bool is_starting() const { return handle_ != nullptr && status_.dwCurrentState == SERVICE_START_PENDING; }

  void tell(DWORD state, DWORD hint) {
    const bool pending = hint != 0;
    status_.dwCheckPoint = pending && state == status_.dwCurrentState ? status_.dwCheckPoint + 1 : (pending ? 1 : 0);
    status_.dwCurrentState = state;
    status_.dwWaitHint = hint;
    status_.dwControlsAccepted = state == SERVICE_RUNNING ? kAccepted : 0;
    ::SetServiceStatus(handle_, &status_);
  }

  mutable std::mutex mutex_;
  SERVICE_STATUS_HANDLE handle_ = nullptr;
  SERVICE_STATUS status_{SERVICE_WIN32_OWN_PROCESS, SERVICE_START_PENDING, 0, NO_ERROR, 0, 0, 0};
};

/// The service manager's calls carry nothing of ours.
struct Service {
  Reported reported;
  const std::function<int()>* work = nullptr;
  int exit_code = 0;
};

Service& service() {
  static Service the_service;
  return the_service;
}

DWORD WINAPI take_control(DWORD control, DWORD kind, void* /*data*/, void* /*context*/) {
  const auto& requests = loop_requests();
  switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
      // First this: once the loop knows, "stopped" may come at any moment, and must be the last word.
      service().reported.advance(SERVICE_STOP_PENDING, kStopHint);
      ::SetEvent(requests.stop.get());
      return NO_ERROR;
    case SERVICE_CONTROL_PARAMCHANGE:
      ::SetEvent(requests.reload.get());
      return NO_ERROR;
    case kControlRun:
      ::SetEvent(requests.run.get());
      return NO_ERROR;
    case SERVICE_CONTROL_TIMECHANGE:
      ::SetEvent(requests.clocks.get());
      return NO_ERROR;
    case SERVICE_CONTROL_POWEREVENT:
      if (kind == PBT_APMRESUMEAUTOMATIC) ::SetEvent(requests.clocks.get());
      return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
      return NO_ERROR;
    default:
      return ERROR_CALL_NOT_IMPLEMENTED;
  }
}

void WINAPI service_main(DWORD /*count*/, wchar_t** /*arguments*/) {
  auto& the = service();
  auto* const handle = ::RegisterServiceCtrlHandlerExW(kServiceName, take_control, nullptr);
  if (handle == nullptr) {
    the.exit_code = static_cast<int>(::GetLastError());
    return;
  }
  the.reported.begin(handle);
  the.exit_code = (*the.work)();
  the.reported.advance(SERVICE_STOPPED, 0, the.exit_code);
}

}  // namespace

bool started_by_service_manager() {
  return service().reported.is_service();
}

int run_under_service_manager(const std::function<int()>& work) {
  loop_requests();  // that they can't be made is told here, not in a handler
  service().work = &work;
  std::wstring name = kServiceName;
  const SERVICE_TABLE_ENTRYW table[] = {{name.data(), service_main}, {nullptr, nullptr}};
  if (::StartServiceCtrlDispatcherW(table) != 0) return service().exit_code;
  const DWORD error = ::GetLastError();
  if (error != ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) throw os_error(error, "cannot reach the service manager");
  std::fputs("patchstated: not started by the service manager: it works in the foreground until Ctrl-C\n", stderr);
  return work();
}

// READY=1
// STATUS=Next run 2026-11-24T12:10:03Z
void tell_service_manager(const std::string& state) {
  auto& reported = service().reported;
  if (state.starts_with("READY=1")) reported.advance(SERVICE_RUNNING, 0);
  if (state.starts_with("STOPPING=1")) reported.advance(SERVICE_STOP_PENDING, kStopHint);
  if (state == "WATCHDOG=1") reported.checkpoint();
}

std::optional<milliseconds> watchdog_period() {
  if (!service().reported.starting()) return std::nullopt;
  return kStartStep;
}

const char* command_asking_for_service() {
  return "patchstate service status";
}

}  // namespace patchstate
