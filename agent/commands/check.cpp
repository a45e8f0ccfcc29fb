// SPDX-License-Identifier: Apache-2.0
#include <system_error>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

/// For `status` and for firstSeen. That it can't be kept (another user's folder, a read-only disk) takes nothing away
/// from what was just found out.
void remember(std::string_view json) {
  try {
    write_last_assessment(state_folder(), json);
  } catch (const std::system_error&) {
    return;
  }
}

}  // namespace

int run(const CheckCommand& command) {
  SystemProcessRunner runner;
  const auto opened = open_machine(command.machine, runner);
  if (!opened.machine) return complain(opened.problem);
  const auto assessment = assess_machine(*opened.machine);
  auto options = command.render;
  options.destination = command.output ? Destination::file : Destination::standard_output;
  const bool keep = opened.machine->is_running_system();
  // What is kept is what is printed as JSON: made once.
  const bool same = options.format == Format::json && !options.only_security;
  std::string text = keep || same ? to_json(assessment, JsonStyle::indented) : std::string{};
  if (keep) remember(text);
  if (!same) text = render(assessment, options, opened.machine->access.now);
  if (command.output)
    write_durably(*command.output, text);
  else
    print(text);
  return exit_code(assessment, options.strict_updates);
}

}  // namespace patchstate
