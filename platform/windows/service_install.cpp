// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <system_error>

#include <windows.h>

#include "platform/service_control.h"
#include "platform/windows/command_line.h"
#include "platform/windows/os_error.h"
#include "platform/windows/service_handle.h"
#include "platform/windows/service_state.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

constexpr wchar_t kDisplayName[] = L"patchstate";
constexpr wchar_t kDescription[] =
    L"Assesses which security and critical updates this machine is missing, and reports the result.";
constexpr DWORD kPreshutdown = 30'000;  ///< milliseconds; it stops within two seconds
/// docs/decisions/0015: of all that the account has. A list ends with an empty name.
constexpr wchar_t kPrivileges[] = L"SeChangeNotifyPrivilege\0SeImpersonatePrivilege\0";

/// Restarted after 1 minute, then after 5, then left alone; a day without a failure, and it counts anew.
SERVICE_FAILURE_ACTIONSW failure_actions(SC_ACTION (&actions)[3]) {
  actions[0] = {SC_ACTION_RESTART, 60'000};
  actions[1] = {SC_ACTION_RESTART, 300'000};
  actions[2] = {SC_ACTION_NONE, 0};
  return {86'400, nullptr, nullptr, 3, actions};
}

/// Existing settings are replaced, whatever they are, but for the account: who changed that had a reason.
ServiceHandle make_service(const std::wstring& command_line) {
  constexpr DWORD kAccess =
      SERVICE_CHANGE_CONFIG | SERVICE_QUERY_CONFIG | SERVICE_START;  // START: to have it restarted
  const auto manager = open_service_manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
  ServiceHandle service(::CreateServiceW(manager.get(), kServiceName, kDisplayName, kAccess, SERVICE_WIN32_OWN_PROCESS,
                                         SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command_line.c_str(), nullptr,
                                         nullptr, nullptr, nullptr, nullptr));
  if (service) return service;
  const DWORD error = ::GetLastError();
  if (error != ERROR_SERVICE_EXISTS) throw os_error(error, "cannot install the service");
  service = open_service(kAccess);
  if (::ChangeServiceConfigW(service.get(), SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                             command_line.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr, kDisplayName) == 0)
    throw os_error(::GetLastError(), "cannot change the service");
  return service;
}

class Settings {
 public:
  explicit Settings(const ServiceHandle& service) : service_(service) {}

  template <class Info>
  void set(DWORD level, const Info& info, const char* what) {
    ::SetLastError(NO_ERROR);
    // The system does not write into it.
    if (::ChangeServiceConfig2W(service_.get(), level, const_cast<Info*>(&info)) != 0) return;
    const auto refused = std::string("the system refused ") + what;
    const DWORD error = ::GetLastError();  // Wine gives none for some
    refused_.push_back(error == NO_ERROR ? refused : os_error(error, refused).what());
  }

  std::vector<std::string> refused() && { return std::move(refused_); }

 private:
  const ServiceHandle& service_;
  std::vector<std::string> refused_;
};

}  // namespace

std::vector<std::string> install_service(const ServiceProgram& program) {
  std::vector<std::string> words = {narrow(program.file.native())};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  const auto service = make_service(command_line_of(words));
  Settings settings(service);
  std::wstring description = kDescription;
  settings.set(SERVICE_CONFIG_DESCRIPTION, SERVICE_DESCRIPTIONW{description.data()}, "a description");
  settings.set(SERVICE_CONFIG_DELAYED_AUTO_START_INFO, SERVICE_DELAYED_AUTO_START_INFO{TRUE}, "a delayed start");
  SC_ACTION actions[3];
  settings.set(SERVICE_CONFIG_FAILURE_ACTIONS, failure_actions(actions), "a restart after a failure");
  settings.set(SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, SERVICE_FAILURE_ACTIONS_FLAG{TRUE},
               "a restart after an end with an error");
  settings.set(SERVICE_CONFIG_PRESHUTDOWN_INFO, SERVICE_PRESHUTDOWN_INFO{kPreshutdown}, "a time limit at shutdown");
  settings.set(SERVICE_CONFIG_SERVICE_SID_INFO, SERVICE_SID_INFO{SERVICE_SID_TYPE_UNRESTRICTED}, "a SID of its own");
  std::wstring privileges(std::begin(kPrivileges), std::end(kPrivileges));
  settings.set(SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, SERVICE_REQUIRED_PRIVILEGES_INFOW{privileges.data()},
               "fewer privileges");
  auto refused = std::move(settings).refused();
  try {
    register_event_source(program.file.c_str());
  } catch (const std::system_error& error) {
    refused.emplace_back(error.what());
  }
  return refused;
}

}  // namespace patchstate
