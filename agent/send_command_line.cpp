// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/core.h>

#include "agent/output.h"
#include "agent/send_commands.h"
#include "agent/version.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

/// Its name in help and messages: it is started as `patchstate send` and `patchstate enroll`.
constexpr const char* kProgram = "patchstate";

void add_hub(CLI::App& app, HubOptions& hub) {
  app.add_option_function<std::string>(
         "--ca", [&hub](const std::string& name) { hub.ca = name; },
         "trust the CAs in FILE (PEM) alone, instead of the configured or the system's")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--config", [&hub](const std::string& name) { hub.config_file = name; },
         "configuration file, instead of " + default_config_file().string())
      ->type_name("FILE");
}

void add_send(CLI::App& app, SendCommand& command) {
  auto& send = *app.add_subcommand("send", "Send what waits, or the last result, to the hub");
  send.add_option_function<std::string>(
          "--file", [&command](const std::string& name) { command.file = name; },
          "send the assessment in FILE (JSON; - is standard input) instead of the last one")
      ->type_name("FILE");
  send.add_flag("--full", command.full, "send it in full, even if the hub has the same already");
  auto* const all = send.add_flag("--all", command.all, "send only what waits, all of it, now");
  auto* const due = send.add_flag("--due", command.due,
                                  "send only what waits, and not before it is time to try again, as the service does");
  all->excludes(due);
  send.get_option("--file")->excludes(all)->excludes(due);
  add_hub(send, command.hub);
  send.footer(
      "Exit code: 0 the hub has it, 1 the hub rejected it, 75 not now: try again later,\n"
      "3 an error.");
}

void add_enroll(CLI::App& app, EnrollCommand& command) {
  auto& enroll = *app.add_subcommand("enroll", "Get this machine's key from the hub, with a token");
  enroll
      .add_option_function<std::string>(
          "--hub", [&command](const std::string& address) { command.address = address; },
          "the hub's address, instead of the configured one")
      ->type_name("URL");
  enroll
      .add_option_function<std::string>(
          "--token-file", [&command](const std::string& name) { command.token_file = name; },
          "file with the token, which others can't read; - is standard input")
      ->type_name("FILE")
      ->required();
  add_hub(enroll, command.hub);
  enroll.footer("Exit code: 0 enrolled, 1 the hub refused, 75 not now: try again later, 3 an error.");
}

void add_doctor(CLI::App& app, DoctorCommand& command) {
  auto& doctor = *app.add_subcommand("doctor", "Check everything that reporting needs, with a remedy for each fault");
  add_hub(doctor, command.hub);
  doctor.footer("Exit code: 0 nothing must be mended, 1 something must, 3 an error.");
}

}  // namespace

int run_send_command_line(const std::vector<std::string>& arguments) {
  CLI::App app("Sends what patchstate found out to the hub", kProgram);
  SendCommand send;
  EnrollCommand enroll;
  DoctorCommand doctor;
  app.set_version_flag("--version", fmt::format("patchstate-send {}", agent_version()));
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  add_send(app, send);
  add_enroll(app, enroll);
  add_doctor(app, doctor);
  try {
    // CLI11 wants the last one first, and not the program's name.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - (arguments.empty() ? 0 : 1)));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const bool is_answer = app.exit(error, out, err) == 0;  // --help and --version come this way too
    print(out.str());
    if (!is_answer) complain(err.str().substr(0, err.str().find_last_not_of('\n') + 1));
    return is_answer ? 0 : kExitUnknown;
  }
  if (app.got_subcommand("send")) return run(send);
  return app.got_subcommand("enroll") ? run(enroll) : run(doctor);
}

}  // namespace patchstate
