// SPDX-License-Identifier: Apache-2.0
#include "agent/last_assessment.h"

#include <array>
#include <system_error>

#include <fmt/core.h>

#include "agent/heartbeat_json.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64U << 20U;
constexpr std::size_t kMaxHeartbeat = 16U << 10U;
/// The hash stands in front of the updates; what can come before it, warnings of 100 sources, is shorter.
constexpr std::size_t kHead = 256U << 10U;

std::optional<Assessment> read_from(const fs::path& folder) {
  const auto text = read_file_if_there(last_report_file(folder, ReportForm::full), kMaxFile);
  if (!text) return std::nullopt;
  auto assessment = assessment_from_json(*text);
  const auto later = read_file_if_there(last_report_file(folder, ReportForm::heartbeat), kMaxHeartbeat);
  const auto heartbeat = later ? heartbeat_from_json(*later) : std::nullopt;
  // An older one is of a time before the state changed, and changed back.
  if (heartbeat && heartbeat->state_hash == assessment.state_hash &&
      heartbeat->last_modified >= assessment.last_modified)
    bring_up_to(assessment, *heartbeat);
  return assessment;
}

}  // namespace

std::optional<Assessment> read_last_assessment(std::span<const fs::path> folders) {
  std::optional<Assessment> newest;
  for (const auto& folder : folders) {
    auto assessment = folder.empty() ? std::nullopt : read_from(folder);
    if (assessment && (!newest || newest->last_modified < assessment->last_modified)) newest = std::move(assessment);
  }
  return newest;
}

std::optional<Assessment> read_last_assessment() {
  const std::array folders{state_folder(), system_state_folder()};
  return read_last_assessment(std::span(folders).first(folders[0] == folders[1] ? 1 : 2));
}

ReportForm form_to_keep(const fs::path& state_folder, const Assessment& assessment) {
  const auto file = last_report_file(state_folder, ReportForm::full);
  const auto times = file_times(file);
  if (state_folder.empty() || assessment.state_hash.empty() || !times) return ReportForm::full;
  if (!is_recent(times->modified, assessment.last_modified)) return ReportForm::full;
  try {
    const auto hash = fmt::format("\"stateHash\":\"{}\"", assessment.state_hash);
    return read_head(file, kHead).find(hash) == std::string::npos ? ReportForm::full : ReportForm::heartbeat;
  } catch (const std::system_error&) {
    return ReportForm::full;
  }
}

std::string report_of(const Assessment& assessment, ReportForm form) {
  return form == ReportForm::full ? to_json(assessment) : to_json(heartbeat_of(assessment));
}

fs::path last_report_file(const fs::path& state_folder, ReportForm form) {
  return state_folder / (form == ReportForm::full ? "last-assessment.json" : "last-heartbeat.json");
}

void write_last_report(const fs::path& state_folder, ReportForm form, std::string_view json) {
  if (state_folder.empty())
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory),
                            "this user has no home folder to keep the assessment in");
  fs::create_directories(state_folder);
  const auto file = last_report_file(state_folder, form);
  // A full one must be whole as long as heartbeats lean on it; what a power cut takes of a heartbeat the next run says.
  if (form == ReportForm::full)
    write_durably(file, json);
  else
    write_atomically(file, json);
}

}  // namespace patchstate
