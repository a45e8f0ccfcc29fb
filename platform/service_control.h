// SPDX-License-Identifier: Apache-2.0
// The service as the system keeps it: installing, starting, asking. Windows only; on Linux packages bring a unit, and
// systemctl does the rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace patchstate {

/// As users of the system's own tools call it.
std::string service_name();

struct ServiceProgram {
  std::filesystem::path file;  ///< absolute
  std::vector<std::string> arguments;
};

enum class ServiceState { not_installed, stopped, starting, running, stopping, paused };

struct ServiceCondition {
  ServiceState state = ServiceState::not_installed;
  std::uint32_t process = 0;            ///< its id; 0: none
  std::uint32_t exit_code = 0;          ///< of the service, as Windows counts errors; 0: none
  std::uint32_t program_exit_code = 0;  ///< the program's own; 0: none
  std::string command_line;             ///< as it is started
  std::string account;
  std::string start;  ///< "automatic", "on demand", "disabled"
};

// All throw std::system_error: what was attempted, and the system's own words. Those that wait give up after `deadline`
// with std::errc::timed_out.

/// Makes the service, or makes an existing one what it would be if it were made now; a running one goes on. Returns
/// what the system refused and a service can do without, each as a sentence.
std::vector<std::string> install_service(const ServiceProgram& program);
/// Stops it, waits until its process is gone, and takes it away. False: there was none.
bool uninstall_service(std::chrono::milliseconds deadline);
/// Until it says that it runs; one that runs already is left alone. What came of it: it may have ended again.
ServiceCondition start_service(std::chrono::milliseconds deadline);
/// Until it says that it has stopped.
void stop_service(std::chrono::milliseconds deadline);
/// Asks nobody but the service manager; needs no rights.
ServiceCondition ask_service();

/// Makes `folder` where it is missing, and lets the system and administrators alone into it, and into what is made
/// there. Throws when somebody else owns it, or something in it: what he put there must not be believed.
void make_service_folder(const std::filesystem::path& folder);

}  // namespace patchstate
