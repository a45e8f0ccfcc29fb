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
void remember(const Assessment& assessment) {
  try {
    const auto folder = state_folder();
    const auto form = form_to_keep(folder, assessment);
    write_last_report(folder, form, report_of(assessment, form));
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
  options.medium = command.output ? Medium::file : Medium::standard_output;
  if (opened.machine->is_running_system()) remember(assessment);
  const auto text = render(assessment, options, opened.machine->access.now);
  if (command.output)
    write_durably(*command.output, text);
  else
    print(text);
  return exit_code(assessment, options.strict_updates);
}

}  // namespace patchstate
