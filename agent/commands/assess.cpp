// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/core.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

std::string summary(const Assessment& assessment) {
  const auto counts = count(assessment);
  return fmt::format("{}: {} security, {} other, {} unclassified updates pending\n", to_text(assessment.verdict.value),
                     counts.critical_and_security, counts.other, counts.unclassified);
}

}  // namespace

int run(const AssessCommand& command) {
  SystemProcessRunner runner;
  const auto opened = open_machine(command.machine, runner);
  if (!opened.machine) return complain(opened.problem);
  const auto folder = state_folder();
  if (folder.empty()) return complain("this user has no home folder to keep the assessment in");
  std::filesystem::create_directories(folder);
  const auto lock = FileLock::try_lock(folder / "assess.lock");
  if (!lock) {
    print("another patchstate is assessing this machine; nothing to do\n");
    return 0;
  }
  const auto assessment = assess_machine(*opened.machine);
  write_last_assessment(folder, to_json(assessment, JsonStyle::indented));
  print(summary(assessment));
  return 0;
}

}  // namespace patchstate
