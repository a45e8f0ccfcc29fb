// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace patchstate {

/// By this name the service manager, the event log and the registry know the service.
inline constexpr wchar_t kServiceName[] = L"patchstate";

/// User-defined control: a run at once.
inline constexpr unsigned kControlRun = 128;

/// Whether the service manager started this process as its service.
bool started_by_service_manager();

}  // namespace patchstate
