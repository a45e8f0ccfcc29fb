// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_ending.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/rpm_database.h"

namespace patchstate::zypper {
namespace {

/// ZYPPER_EXIT_* that mean there is no answer.
struct Failed {
  int code;
  FailureKind kind;
  const char* what;
  const char* advice;
};
constexpr std::array kFailures = {
    Failed{1, FailureKind::tool_failed, "an error zypper did not expect", "Look into /var/log/zypper.log"},
    Failed{2, FailureKind::unsupported, "this zypper does not know an option", "Report its version"},
    Failed{3, FailureKind::unsupported, "this zypper does not take an argument", "Report its version"},
    Failed{4, FailureKind::tool_failed, "libzypp reports a problem", "Run `zypper refresh` and see what it says"},
    Failed{5, FailureKind::permission_denied, "this user may not do that", "Run it as root"},
    Failed{6, FailureKind::disabled, "no repository is defined", "Add one, or register the system with SUSEConnect"},
    Failed{7, FailureKind::locked, "another program manages packages", "Wait until it ends; it is asked again later"},
    Failed{8, FailureKind::tool_failed, "an error while packages were installed", "Run `zypper verify`"},
    Failed{104, FailureKind::tool_failed, "a package or capability was not found",
           "See `zypper repos`; a lapsed registration takes repositories away"},
    Failed{105, FailureKind::tool_failed, "ended by a signal", "Somebody interrupted it; it is asked again later"},
    Failed{107, FailureKind::tool_failed, "a script of a package failed while it was installed",
           "Look into /var/log/zypp/history"},
};

/// What it was asked, not how: options between "zypper" and the command say nothing to a reader.
std::string asked(const Command& command) {
  std::string text = "zypper";
  for (const auto& word : command.argv)
    if (word.starts_with("list-") || word == "refresh" || word == "patch-check" || word == "needs-rebooting")
      text += " " + word;
  return text;
}

/// The first error it printed is the cause; else what stands last on stderr.
std::string complaint(const ProcessResult& result, const Answer& answer) {
  for (const auto kind : {MessageKind::error, MessageKind::warning})
    for (const auto& message : answer.messages)
      if (message.kind == kind && !message.text.empty()) return message.text;
  auto err = std::string_view(result.err);
  while (!err.empty() && (err.back() == '\n' || err.back() == ' ')) err.remove_suffix(1);
  return masked(err.size() > 600 ? err.substr(err.size() - 600) : err, 600);
}

[[noreturn]] void fail(FailureKind kind, const Command& command, const std::string& code, const std::string& what,
                       const std::string& says, const std::string& advice) {
  std::string text = fmt::format("{}: {}", asked(command), what);
  if (!says.empty()) text += ": " + says;
  if (!advice.empty()) text += (text.ends_with('.') ? " " : ". ") + advice;
  throw CollectorError(kind, masked(text, 1500), code);
}

void check_ran(const Command& command, const ProcessResult& result) {
  switch (result.ending) {
    case Ending::exited:
      return;
    case Ending::failed_to_start:
      throw CollectorError(result.start_error == ENOENT   ? FailureKind::tool_missing
                           : result.start_error == EACCES ? FailureKind::permission_denied
                                                          : FailureKind::tool_failed,
                           describe(command, result));
    case Ending::timed_out:
      throw CollectorError(FailureKind::timed_out, describe(command, result));
    case Ending::too_much_output:
      throw CollectorError(FailureKind::unparseable, describe(command, result));
    case Ending::signalled:
      throw CollectorError(FailureKind::tool_failed, describe(command, result),
                           fmt::format("signal {}", result.signal));
  }
}

bool says(const ProcessResult& result, const Answer& answer, std::string_view text) {
  return result.err.find(text) != std::string::npos ||
         std::any_of(answer.messages.begin(), answer.messages.end(),
                     [&](const Message& message) { return message.text.find(text) != std::string::npos; });
}

/// libzypp has one code for all its troubles; two of them have a code of their own elsewhere (edge-15, edge-28).
[[noreturn]] void fail_by_code(const Command& command, const ProcessResult& result, const Answer& answer) {
  const std::string code = std::to_string(result.exit_code);
  const std::string cause = complaint(result, answer);
  std::string all = result.err;
  for (const auto& message : answer.messages) all += "\n" + message.text;
  if (says(result, answer, "is locked by the application with pid"))
    fail(FailureKind::locked, command, code, kFailures[6].what, cause, kFailures[6].advice);
  if (const auto trouble = rpm::classify_rpm_failure(all))
    fail(trouble->kind, command, trouble->code, "exit code " + code, trouble->message, "");
  for (const auto& failure : kFailures)
    if (failure.code == result.exit_code) fail(failure.kind, command, code, failure.what, cause, failure.advice);
  fail(FailureKind::tool_failed, command, code, "exit code " + code + ", which is not one of zypper's", cause, "");
}

}  // namespace

// 0     an answer, which may be that nothing could be asked
// 100   patch-check: patches are needed        101  security patches are needed
// 102   a reboot is suggested                  103  the package manager itself was, or is to be, updated first
// 106   some repository was skipped
Remarks check_exit_code(const Command& command, const ProcessResult& result, const Answer& answer) {
  check_ran(command, result);
  Remarks remarks;
  switch (result.exit_code) {
    case 0:
    case 100:
    case 101:
      break;
    case 102:
      remarks.reboot_suggested = true;
      break;
    case 103:
      remarks.update_stack_first = true;
      break;
    case 106:
      remarks.has_skipped_repositories = true;
      break;
    default:
      fail_by_code(command, result, answer);
  }
  return remarks;
}

namespace {

/// Asked for patches zypper calls a system's repositories no "update repositories" also where none of them has a patch,
/// as Tumbleweed's: then the list is truly empty.
bool has_no_patches_only(const Command& command, const Answer& answer) {
  const auto& argv = command.argv;
  return std::find(argv.begin(), argv.end(), "patch") != argv.end() &&
         std::none_of(answer.messages.begin(), answer.messages.end(),
                      [](const Message& one) { return one.text.find("No repositories defined") != std::string::npos; });
}

}  // namespace

Remarks check_ending(const Command& command, const ProcessResult& result, const Answer& answer) {
  const Remarks remarks = check_exit_code(command, result, answer);
  const std::string code = std::to_string(result.exit_code);
  if (answer.problem) fail(FailureKind::unparseable, command, code, "its output can't be read", *answer.problem, "");
  if (answer.has_no_repositories && !has_no_patches_only(command, answer))
    fail(FailureKind::disabled, command, "no_repositories", "no repository could be asked", complaint(result, answer),
         "See `zypper repos`, and `zypper refresh` as root");
  if (!answer.has_list && !answer.has_no_repositories)
    fail(FailureKind::unparseable, command, code, "there is no list in its output", complaint(result, answer), "");
  return remarks;
}

}  // namespace patchstate::zypper
