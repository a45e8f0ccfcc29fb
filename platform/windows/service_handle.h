// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <windows.h>

namespace patchstate {

/// Closes its handle of the service manager or of a service.
class ServiceHandle {
 public:
  explicit ServiceHandle(SC_HANDLE handle = nullptr) : handle_(handle) {}
  ServiceHandle(ServiceHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ServiceHandle& operator=(ServiceHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ServiceHandle(const ServiceHandle&) = delete;
  ServiceHandle& operator=(const ServiceHandle&) = delete;
  ~ServiceHandle() {
    if (handle_ != nullptr) ::CloseServiceHandle(handle_);
  }
  SC_HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  SC_HANDLE handle_;
};

/// Throws std::system_error.
ServiceHandle open_service_manager(DWORD access);
/// None: it is not installed. Throws std::system_error when it may not be opened so.
ServiceHandle find_service(DWORD access);
/// Throws, too, when it is not installed.
ServiceHandle open_service(DWORD access);

/// Makes `program` the file that the event log takes our texts from.
void register_event_source(const wchar_t* program);
void forget_event_source();

}  // namespace patchstate
