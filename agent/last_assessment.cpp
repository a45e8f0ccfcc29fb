// SPDX-License-Identifier: Apache-2.0
#include "agent/last_assessment.h"

#include <array>
#include <system_error>

#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64U << 20U;

fs::path file_in(const fs::path& state_folder) {
  return state_folder / "last-assessment.json";
}

}  // namespace

std::optional<Assessment> read_last_assessment(std::span<const fs::path> folders) {
  std::optional<Assessment> newest;
  for (const auto& folder : folders) {
    const auto text = folder.empty() ? std::nullopt : read_file_if_there(file_in(folder), kMaxFile);
    if (!text) continue;
    auto assessment = assessment_from_json(*text);
    if (!newest || newest->last_modified < assessment.last_modified) newest = std::move(assessment);
  }
  return newest;
}

std::optional<Assessment> read_last_assessment() {
  const std::array folders{state_folder(), system_state_folder()};
  return read_last_assessment(std::span(folders).first(folders[0] == folders[1] ? 1 : 2));
}

void write_last_assessment(const fs::path& state_folder, std::string_view json) {
  if (state_folder.empty())
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory),
                            "this user has no home folder to keep the assessment in");
  fs::create_directories(state_folder);
  // Not synced: what a power cut takes away here the next run finds again, and syncing costs a run as much as judging.
  write_atomically(file_in(state_folder), json);
}

}  // namespace patchstate
