// SPDX-License-Identifier: Apache-2.0
#include "agent/accepted_report.h"

#include <array>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "patchstate accepted report 2";
constexpr std::size_t kMaxFile = 16U << 10U;

fs::path file_in(const fs::path& state_folder) {
  return state_folder / "accepted-report";
}

}  // namespace

// patchstate accepted report 2
// https://hub.example.org
// 961afb2e-aad8-489c-84b7-bd120c64b6d3
// 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
// 2026-11-24T06:37:27Z
std::string to_text(const AcceptedReport& report) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", kFirstLine, report.hub, report.activity_id, report.state_hash,
                     format_time(report.accepted));
}

std::optional<AcceptedReport> parse_accepted_report(std::string_view text) {
  std::array<std::string_view, 5> lines;
  for (auto& line : lines) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const auto accepted = parse_time(lines[4]);
  if (lines[0] != kFirstLine || !accepted || !text.empty()) return std::nullopt;
  return AcceptedReport{std::string(lines[1]), std::string(lines[2]), std::string(lines[3]), *accepted};
}

std::optional<AcceptedReport> read_accepted_report(const fs::path& state_folder) {
  const auto text = read_file_if_there(file_in(state_folder), kMaxFile);
  return text ? parse_accepted_report(*text) : std::nullopt;
}

void write_accepted_report(const fs::path& state_folder, const AcceptedReport& report) {
  fs::create_directories(state_folder);
  write_atomically(file_in(state_folder), to_text(report), 0600);
}

}  // namespace patchstate
