// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/service_handle.h"

#include <string>

#include "platform/windows/os_error.h"
#include "platform/windows/service_state.h"
#include "platform/windows/unique_key.h"

namespace patchstate {
namespace {

std::wstring event_source() {
  return std::wstring(L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\") + kServiceName;
}

}  // namespace

ServiceHandle open_service_manager(DWORD access) {
  ServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, access));
  if (!manager) throw os_error(::GetLastError(), "cannot reach the service manager");
  return manager;
}

ServiceHandle find_service(DWORD access) {
  const auto manager = open_service_manager(SC_MANAGER_CONNECT);
  ServiceHandle service(::OpenServiceW(manager.get(), kServiceName, access));
  const DWORD error = service ? NO_ERROR : ::GetLastError();
  if (error != NO_ERROR && error != ERROR_SERVICE_DOES_NOT_EXIST) throw os_error(error, "cannot open the service");
  return service;
}

ServiceHandle open_service(DWORD access) {
  auto service = find_service(access);
  if (!service) throw os_error(ERROR_SERVICE_DOES_NOT_EXIST, "cannot open the service");
  return service;
}

void register_event_source(const wchar_t* program) {
  HKEY opened = nullptr;
  LONG error = ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, event_source().c_str(), 0, nullptr, 0, KEY_SET_VALUE, nullptr,
                                 &opened, nullptr);
  const UniqueKey key(error == ERROR_SUCCESS ? opened : nullptr);
  const auto set = [&](const wchar_t* name, DWORD type, const void* value, std::size_t size) {
    if (error == ERROR_SUCCESS)
      error = ::RegSetValueExW(key.get(), name, 0, type, static_cast<const BYTE*>(value), static_cast<DWORD>(size));
  };
  const std::wstring file = program;
  set(L"EventMessageFile", REG_EXPAND_SZ, file.c_str(), (file.size() + 1) * sizeof(wchar_t));
  constexpr DWORD kTypes = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  set(L"TypesSupported", REG_DWORD, &kTypes, sizeof kTypes);
  if (error != ERROR_SUCCESS) throw os_error(static_cast<DWORD>(error), "cannot register the source of events");
}

void forget_event_source() {
  ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, event_source().c_str());
}

}  // namespace patchstate
