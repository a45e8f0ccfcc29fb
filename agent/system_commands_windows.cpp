// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/commands/service.h"
#include "agent/system_commands.h"
#include "platform/paths.h"

namespace patchstate {

SystemCommands add_system_commands(CLI::App& app) {
  const auto command = std::make_shared<ServiceCommand>();
  auto& service = *app.add_subcommand("service", "Install, start and ask for the Windows service");
  service.require_subcommand(1);
  service.footer("Exit code: 0 done, or (status) it runs; 3 it does not run, or an error.");
  const auto add = [&](const char* name, const char* description, ServiceAction action) {
    auto& added = *service.add_subcommand(name, description);
    added.callback([command, action] { command->action = action; });
    return &added;
  };
  auto* const install =
      add("install", "Install the service, or bring an installed one up to date", ServiceAction::install);
  install
      ->add_option_function<std::string>(
          "--config", [command](const std::string& name) { command->config_file = name; },
          "configuration file of the service, instead of " + default_config_file().string())
      ->type_name("FILE");
  install
      ->add_option_function<std::string>(
          "--hub", [command](const std::string& address) { command->hub = address; },
          "report to this hub, where there is no configuration yet")
      ->type_name("URL");
  install
      ->add_option_function<std::string>(
          "--token-file", [command](const std::string& name) { command->token_file = name; },
          "file with a token, which others can't read: the service enrols this machine by it")
      ->type_name("FILE");
  add("uninstall", "Stop the service and take it away; configuration and results stay", ServiceAction::uninstall);
  add("start", "Start the service and wait until it runs", ServiceAction::start);
  add("stop", "Stop the service and wait until it has ended", ServiceAction::stop);
  add("status", "Show whether the service runs, and its last result", ServiceAction::status);
  return [command, &service]() -> std::optional<int> {
    if (service.parsed()) return run(*command);
    return std::nullopt;
  };
}

}  // namespace patchstate
