// SPDX-License-Identifier: Apache-2.0
// What started us as a service, if anything did, and wants to hear how we are: systemd's sd_notify(3), by hand; on
// Windows the service control manager, which is told the same in the same words.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace patchstate {

/// Does `work`, which throws nothing, and returns its exit code. Windows: where the service manager started this
/// process, `work` runs in a thread that it names, and is ended by a request to stop (ResidentLoop); elsewhere it runs
/// in the foreground, which is said on stderr. Throws std::system_error when the service manager can't be reached.
int run_under_service_manager(const std::function<int()>& work);

/// "READY=1\nSTATUS=…". Without a service manager, or when it can't be reached, nothing happens.
void tell_service_manager(const std::string& state);

/// How often it must hear WATCHDOG=1: half of the time after which it would take us for dead. Nothing: never. It may
/// change: Windows wants it until READY=1 was told.
std::optional<std::chrono::milliseconds> watchdog_period();

/// What to type to see whether the service runs.
const char* command_asking_for_service();

}  // namespace patchstate
