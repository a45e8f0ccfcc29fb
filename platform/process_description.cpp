// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "platform/process_runner.h"

namespace patchstate {
namespace {

std::string short_form(const Command& command) {
  constexpr std::size_t kMaxLength = 100;
  if (command.argv.empty()) return "(no program)";
  std::string text = command.argv[0].substr(command.argv[0].find_last_of("/\\") + 1);
  for (std::size_t i = 1; i < command.argv.size(); ++i) {
    if (text.size() + command.argv[i].size() >= kMaxLength) return text + " …";
    text += " " + command.argv[i];
  }
  return text;
}

std::string how_it_ended(const Command& command, const ProcessResult& result) {
  switch (result.ending) {
    case Ending::failed_to_start:
      return "could not be started: " + std::generic_category().message(result.start_error);
    case Ending::exited:
      return fmt::format("exit code {}", result.exit_code);
    case Ending::signalled:
      return "ended by " + describe_signal(result.signal);
    case Ending::timed_out:
      return fmt::format("did not finish within {} s", static_cast<double>(command.deadline.count()) / 1000);
    case Ending::too_much_output:
      return fmt::format("wrote more than {} bytes", command.output_cap);
  }
  return {};
}

/// Progress meters overwrite their line: what is after the last carriage return is what a person would see.
std::string_view last_line(std::string_view text) {
  constexpr std::size_t kMaxLength = 500;
  constexpr std::string_view kBlank = " \t\r\n";
  const auto end = text.find_last_not_of(kBlank);
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto before = text.find_last_of("\r\n");
  if (before != std::string_view::npos) text.remove_prefix(before + 1);
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, kMaxLength);
}

}  // namespace

std::string describe(const Command& command, const ProcessResult& result) {
  std::string text = short_form(command) + ": " + how_it_ended(command, result);
  if (const auto line = last_line(result.err); !line.empty()) text.append(": ").append(line);
  return text;
}

}  // namespace patchstate
