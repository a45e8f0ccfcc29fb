// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/service.h"

#include <string>
#include <system_error>

#include <fmt/format.h>

#include "agent/hub_access.h"
#include "agent/hub_address.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/service_status.h"
#include "platform/files.h"
#include "platform/journal.h"
#include "platform/paths.h"
#include "platform/secret_file.h"
#include "platform/service_control.h"

namespace patchstate {
namespace {

constexpr std::chrono::seconds kStartsWithin{90};  ///< reading the configuration may take a minute
constexpr std::chrono::seconds kStopsWithin{30};
constexpr const char* kSeeEvents = "the event log says why (Event Viewer, Windows Logs, Application, patchstate)";

std::string text_of(ServiceState state) {
  switch (state) {
    case ServiceState::not_installed:
      return "not installed; `patchstate service install` installs it";
    case ServiceState::stopped:
      return "stopped; `patchstate service start` starts it";
    case ServiceState::starting:
      return "starting";
    case ServiceState::running:
      return "running";
    case ServiceState::stopping:
      return "stopping";
    case ServiceState::paused:
      return "paused";
  }
  return "unknown";
}

/// Empty: it ended as it should, or has not ended.
std::string end_of(const ServiceCondition& condition) {
  if (condition.program_exit_code != 0) return fmt::format("exit code {}", condition.program_exit_code);
  return condition.exit_code == 0 ? std::string() : fmt::format("Windows error {}", condition.exit_code);
}

int not_installed() {
  return complain("the service is " + text_of(ServiceState::not_installed));
}

/// An installer shows nobody what its programs say, so the event log has it, too.
int complain_in_log(const std::string& complaint) {
  send_to_journal({{"MESSAGE", complaint}, {"PRIORITY", "4"}, {"PATCHSTATE_EVENT", "problem"}});
  return complain(complaint);
}

/// Where there is a configuration it decides: an upgrade and a repair come with the address of the first day.
void name_hub(const std::string& hub, const std::filesystem::path& config_file) {
  const auto existing = read_file_if_there(config_file);
  if (!existing) return write_durably(config_file, fmt::format("[report]\nhub = \"{}\"\n", hub));
  const auto loaded = load_config(config_file);
  if (!loaded.errors.empty())
    complain_in_log(
        fmt::format("{} was left as it is, with its errors: {}", config_file.string(), fmt::join(loaded.errors, "; ")));
  else if (loaded.config.report.hub != hub)
    complain_in_log(fmt::format("{} was left as it is; it does not name {}", config_file.string(), hub));
}

/// For the service, which uses it as soon as it reaches the hub. Why not; empty: it is kept, or not needed.
std::string leave_token(const std::filesystem::path& token_file, const std::filesystem::path& config_file) {
  const auto token = read_secret(token_file);
  if (!token.problem.empty()) return token.problem;
  const auto loaded = load_config(config_file);
  if (!loaded.errors.empty() || stamp(key_file_of(loaded.config.report)).size < 0)
    write_secret(left_token_file(), token.secret);
  return {};
}

int install(const ServiceCommand& command) {
  const auto program = probe_program("patchstated");
  if (program.empty())
    return complain(
        fmt::format("patchstated.exe is missing; it belongs into {}", own_program().parent_path().string()));
  if (command.hub)
    if (const auto problem = problem_of_hub(*command.hub); !problem.empty()) return complain_in_log("hub: " + problem);
  ServiceProgram service{program, {}};
  if (command.config_file) service.arguments = {"--config", std::filesystem::absolute(*command.config_file).string()};
  const auto config_file = command.config_file.value_or(default_config_file());
  make_service_folder(default_config_file().parent_path());
  make_service_folder(system_state_folder());
  if (command.hub) name_hub(*command.hub, config_file);
  if (command.token_file)
    if (const auto problem = leave_token(*command.token_file, config_file); !problem.empty())
      return complain_in_log(problem);
  for (const auto& refused : install_service(service)) complain(refused + "; the service works without");
  print(ask_service().state == ServiceState::running
            ? "The service is up to date; what is new holds when it is started again.\n"
            : "The service is installed; `patchstate service start` starts it.\n");
  return 0;
}

int uninstall() {
  if (!uninstall_service(kStopsWithin)) {
    print("The service is not installed.\n");
    return 0;
  }
  print(fmt::format("The service is uninstalled; configuration and results are still in {} and {}.\n",
                    default_config_file().parent_path().string(), system_state_folder().string()));
  return 0;
}

int start() {
  if (ask_service().state == ServiceState::not_installed) return not_installed();
  const auto condition = start_service(kStartsWithin);
  if (condition.state == ServiceState::running) {
    print(fmt::format("The service is running, process {}.\n", condition.process));
    return 0;
  }
  const auto end = end_of(condition);
  return complain(fmt::format("the service ended at once{}; {}", end.empty() ? "" : " with " + end, kSeeEvents));
}

int stop() {
  if (ask_service().state == ServiceState::not_installed) return not_installed();
  stop_service(kStopsWithin);
  print("The service is stopped.\n");
  return 0;
}

int status() {
  const auto condition = ask_service();
  std::string text = fmt::format("Service   {}", text_of(condition.state));
  if (condition.process != 0) text += fmt::format(", process {}", condition.process);
  if (const auto end = end_of(condition); !end.empty()) text += fmt::format("; ended with {}", end);
  text += "\n";
  if (condition.state != ServiceState::not_installed)
    text +=
        fmt::format("Start     {}, as {}\nProgram   {}\n", condition.start, condition.account, condition.command_line);
  text += fmt::format("Runs      {}\n", runs_of(read_service_status(system_state_folder()), current_time()));
  print(text);
  return condition.state == ServiceState::running ? 0 : kExitUnknown;
}

int act(const ServiceCommand& command) {
  switch (command.action) {
    case ServiceAction::install:
      return install(command);
    case ServiceAction::uninstall:
      return uninstall();
    case ServiceAction::start:
      return start();
    case ServiceAction::stop:
      return stop();
    case ServiceAction::status:
      return status();
  }
  return kExitUnknown;
}

}  // namespace

int run(const ServiceCommand& command) {
  try {
    return act(command);
  } catch (const std::system_error& error) {
    std::string text = error.what();
    if (error.code() == std::errc::permission_denied) text += "; run this as administrator";
    if (error.code() == std::errc::timed_out) text += std::string("; ") + kSeeEvents;
    return command.action == ServiceAction::install ? complain_in_log(text) : complain(text);
  }
}

}  // namespace patchstate
