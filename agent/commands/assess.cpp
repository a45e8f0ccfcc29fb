// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "agent/spool.h"
#include "agent/state_hash.h"
#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "platform/files.h"
#include "platform/own_folder.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

std::string summary(const Assessment& assessment) {
  const auto counts = count(assessment);
  return fmt::format("{}: {} security, {} other, {} unclassified updates pending\n", to_text(assessment.verdict.value),
                     counts.critical_and_security, counts.other, counts.unclassified);
}

/// "again=apt", for the service: the sources that are worth asking before the next regular run; else empty.
std::string line_to_ask_again(const Assessment& assessment) {
  std::vector<std::string_view> names;
  for (const auto& source : assessment.sources)
    if (const auto* failure = std::get_if<Failure>(&source.outcome); failure != nullptr && failure->may_pass)
      names.emplace_back(source.name);
  return names.empty() ? std::string() : fmt::format("again={}\n", fmt::join(names, ","));
}

/// What had to give way in a queue is told in the next report, which is then a full one.
std::vector<std::uint64_t> tell_of_losses(const std::vector<Spool>& spools, const std::vector<std::string>& queues,
                                          Assessment& assessment) {
  std::vector<std::uint64_t> losses;
  for (std::size_t i = 0; i < spools.size(); ++i) {
    losses.push_back(spools[i].lost());
    if (losses.back() == 0) continue;
    assessment.warnings.push_back({"reports_lost",
                                   fmt::format("{} older reports had to give way before they were sent", losses.back()),
                                   queues[i], false});
  }
  if (std::any_of(losses.begin(), losses.end(), [](auto count) { return count > 0; }))
    assessment.state_hash = state_hash_of(assessment);
  return losses;
}

/// One file for each form that is needed, under a name in each queue and that of the last one.
class Report {
 public:
  Report(const std::filesystem::path& folder, const Assessment& assessment, ReportForm kept_form)
      : folder_(folder), assessment_(assessment), kept_form_(kept_form) {}

  ReportForm kept_form() const { return kept_form_; }

  void put(Spool& spool, ReportForm form) {
    auto& file = form == ReportForm::full ? full_ : heartbeat_;
    if (file.empty())
      file = spool.put(form, report_of(assessment_, form), assessment_.activity_id);
    else
      spool.put_again(file);
  }

  /// After it is in the queues: what nobody may lose is on disk first.
  void keep_as_last() const {
    const auto& file = kept_form_ == ReportForm::full ? full_ : heartbeat_;
    if (file.empty())
      write_last_report(folder_, kept_form_, report_of(assessment_, kept_form_));
    else
      add_name(file, last_report_file(folder_, kept_form_));
  }

 private:
  const std::filesystem::path& folder_;
  const Assessment& assessment_;
  ReportForm kept_form_;
  std::filesystem::path full_;
  std::filesystem::path heartbeat_;
};

void keep(const std::filesystem::path& folder, const std::vector<std::string>& queues, Assessment& assessment) {
  std::vector<Spool> spools;
  for (const auto& queue : queues) spools.emplace_back(queue_folder(folder, queue));
  const auto losses = tell_of_losses(spools, queues, assessment);
  const bool has_losses = std::any_of(losses.begin(), losses.end(), [](auto count) { return count > 0; });
  Report report(folder, assessment, has_losses ? ReportForm::full : form_to_keep(folder, assessment));
  for (std::size_t i = 0; i < spools.size(); ++i) {
    if (queues[i] == kHubQueue)
      report.put(spools[i], report.kept_form());
    else if (!spools[i].knows(assessment.state_hash, assessment.last_modified)) {  // no signs of life for others
      report.put(spools[i], ReportForm::full);
      spools[i].remember(assessment.state_hash);
    }
    spools[i].told_of(losses[i]);
  }
  report.keep_as_last();
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
  make_state_folder(folder);
  const auto lock = FileLock::try_lock(folder / "assess.lock");
  if (!lock) {
    print("another patchstate is assessing this machine; nothing to do\n");
    return 0;
  }
  auto assessment = assess_machine(*opened.machine);
  keep(folder, queues_of(opened.machine->config), assessment);
  const auto& metrics = opened.machine->config.service.metrics_file;
  if (!metrics.empty()) write_metrics(metrics, assessment);
  print(summary(assessment) + line_to_ask_again(assessment));
  return 0;
}

}  // namespace patchstate
