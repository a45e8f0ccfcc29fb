// SPDX-License-Identifier: Apache-2.0
// What started us as a service, if anything did, and wants to hear how we are: systemd's sd_notify(3), by hand.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace patchstate {

/// "READY=1\nSTATUS=…". Without a service manager, or when it can't be reached, nothing happens.
void tell_service_manager(const std::string& state);

/// How often it must hear WATCHDOG=1: half of the time after which it would take us for dead. Nothing: never.
std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace patchstate
