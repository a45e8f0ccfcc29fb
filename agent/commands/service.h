// SPDX-License-Identifier: Apache-2.0
// `patchstate service …`, where the system has no tool of its own that could do it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace patchstate {

enum class ServiceAction { install, uninstall, start, stop, status };

struct ServiceCommand {
  ServiceAction action = ServiceAction::status;
  std::optional<std::filesystem::path> config_file;  ///< of the service that is installed
  std::optional<std::string> hub;                    ///< for a configuration that is not there yet
  std::optional<std::filesystem::path> token_file;   ///< the service enrols this machine by
};
/// The exit code of the program.
int run(const ServiceCommand& command);

}  // namespace patchstate
