// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fmt/format.h>

#include "agent/enrolment.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/paths.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

SecretResult token_from(const FileOrInput& file) {
  if (file != "-") return read_secret(file);
  const std::string text = read_standard_input(kLongestToken);
  constexpr const char* kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {{}, "standard input holds no token"};
  return {text.substr(first, text.find_last_not_of(kSpace) + 1 - first), {}};
}

int exit_code_of(const Enrolment& enrolment) {
  if (!enrolment.outcome) return kExitUnknown;
  return *enrolment.outcome == Outcome::retry_later ? kExitLater : kExitRejected;
}

}  // namespace

int run(const EnrollCommand& command) {
  auto loaded = load_config(command.hub.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto& reporting = loaded.config.report;
  const bool is_configured = !command.address || *command.address == reporting.hub;
  if (command.address) reporting.hub = *command.address;
  if (command.hub.ca) reporting.ca = *command.hub.ca;
  const auto token = token_from(command.token_file);
  if (!token.problem.empty()) return complain(token.problem);

  const auto enrolment = enrol(reporting, token.secret);
  if (!enrolment.problem.empty()) {
    complain(enrolment.problem);
    return exit_code_of(enrolment);
  }
  print(fmt::format("enrolled with {} as host {}; its key is in {}\n", reporting.hub, enrolment.host,
                    enrolment.key_file.string()));
  if (!is_configured)
    print(fmt::format("to report there, write hub = \"{}\" below [report] in {}\n", reporting.hub,
                      command.hub.config_file.value_or(default_config_file()).string()));
  return 0;
}

}  // namespace patchstate
