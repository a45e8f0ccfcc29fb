// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "agent/spool.h"
#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

std::string summary(const Assessment& assessment) {
  const auto counts = count(assessment);
  return fmt::format("{}: {} security, {} other, {} unclassified updates pending\n", to_text(assessment.verdict.value),
                     counts.critical_and_security, counts.other, counts.unclassified);
}

/// In the spool before it is the last one: what nobody may lose is on disk first.
void put_into_spool(const std::filesystem::path& folder, Assessment& assessment) {
  Spool spool(hub_queue(folder));
  const auto lost = spool.lost();
  if (lost > 0)
    assessment.warnings.push_back(
        {"reports_lost", fmt::format("{} older reports had to give way before they were sent", lost), "spool", false});
  const auto json = to_json(assessment, JsonStyle::compact);
  spool.put(json, assessment.activity_id);
  spool.told_of(lost);
  write_last_assessment(folder, json);
}

/// For a monitoring agent that reads files; that it can't be written takes nothing away from the assessment.
void write_metrics(const std::filesystem::path& file, const Assessment& assessment) {
  try {
    write_atomically(file, to_openmetrics(assessment, assessment.last_modified));
  } catch (const std::system_error& error) {
    complain(error.what());
  }
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
  auto assessment = assess_machine(*opened.machine);
  if (opened.machine->config.report.hub.empty())
    write_last_assessment(folder, to_json(assessment, JsonStyle::compact));
  else
    put_into_spool(folder, assessment);
  const auto& metrics = opened.machine->config.service.metrics_file;
  if (!metrics.empty()) write_metrics(metrics, assessment);
  print(summary(assessment));
  return 0;
}

}  // namespace patchstate
