// SPDX-License-Identifier: Apache-2.0
// `patchstate service …`, where the system has no tool of its own that could do it.
#pragma once

#include <filesystem>
#include <optional>

namespace patchstate {

enum class ServiceAction { install, uninstall, start, stop, status };

struct ServiceCommand {
  ServiceAction action = ServiceAction::status;
  std::optional<std::filesystem::path> config_file;  ///< of the service that is installed
};
/// The exit code of the program.
int run(const ServiceCommand& command);

}  // namespace patchstate
