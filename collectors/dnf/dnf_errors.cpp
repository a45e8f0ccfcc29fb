// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/rpm_database.h"

namespace patchstate::dnf {
namespace {

struct Cause {
  std::string_view says;  ///< in lower case
  FailureKind kind;
  std::string_view advice;  ///< with "{}" where the tool that was asked is named
};

/// The first that fits counts, so what is more exact stands first. Texts of dnf 4 and 5, tdnf, yum 3 and their plugins.
constexpr std::array kCauses = {
    Cause{"already locked by", FailureKind::locked, "another {} is running: ask again when it is done"},
    Cause{"currently holding the yum lock", FailureKind::locked, "another {} is running: ask again when it is done"},
    Cause{"lockerror", FailureKind::locked, "another {} is running: ask again when it is done"},
    Cause{"failed to obtain", FailureKind::locked, "another package manager is running: ask again when it is done"},
    Cause{"unable to acquire lock", FailureKind::locked,
          "another package manager is running: ask again when it is done"},
    Cause{"there are no enabled repo", FailureKind::disabled, "enable one of those in /etc/yum.repos.d"},
    Cause{"no repositories enabled", FailureKind::disabled, "enable one of those in /etc/yum.repos.d"},
    Cause{"rejected your certificate as expired", FailureKind::unreachable,
          "the client certificate for the repositories has expired: renew the registration or the cloud's RHUI client "
          "package"},
    Cause{"certificate has expired", FailureKind::unreachable,
          "a certificate for the repositories has expired: renew the registration or the cloud's RHUI client package"},
    Cause{"ssl", FailureKind::unreachable,
          "the connection to the repository is not trusted: check certificates and the clock"},
    Cause{"certificate", FailureKind::unreachable,
          "the connection to the repository is not trusted: check certificates and the clock"},
    Cause{"cache-only enabled but no cache", FailureKind::unreachable, "fetch metadata once: `{} makecache`"},
    Cause{"no cache", FailureKind::unreachable, "fetch metadata once: `{} makecache`"},
    Cause{"failed to synchronize cache", FailureKind::unreachable,
          "see that the repository can be reached: `{} makecache`"},
    Cause{"cannot retrieve repository metadata", FailureKind::unreachable,
          "see that the repository can be reached: `{} makecache`"},
    Cause{"cannot find a valid baseurl", FailureKind::unreachable,
          "see that the repository can be reached: `{} makecache`"},
    Cause{"failed to download metadata", FailureKind::unreachable,
          "see that the repository can be reached: `{} makecache`"},
    Cause{"could not resolve host", FailureKind::unreachable, "see that the repository can be reached: `{} makecache`"},
    Cause{"curl error", FailureKind::unreachable, "see that the repository can be reached: `{} makecache`"},
    Cause{"permission denied", FailureKind::permission_denied, "this user may not read what it needs"},
    Cause{"superuser privileges", FailureKind::permission_denied, "this user may not ask that"},
    Cause{"need to be root", FailureKind::permission_denied, "this user may not ask that"},
    Cause{"no such command", FailureKind::unsupported, "this version of it does not know the command"},
    Cause{"unknown argument", FailureKind::unsupported, "this version of it does not know an option"},
    Cause{"unrecognized arguments", FailureKind::unsupported, "this version of it does not know an option"},
};

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return copy;
}

/// The sentence that says why, of all that was printed: the first error, else the last line that is not empty.
std::string reason_in(std::string_view err) {
  std::string last;
  while (!err.empty()) {
    const auto end = err.find('\n');
    std::string line = clean_text(err.substr(0, end), 500);
    err.remove_prefix(end == std::string_view::npos ? err.size() : end + 1);
    const std::string plain = lower(line);
    if (plain.starts_with("error") || plain.starts_with("failed") || plain.find(" error: ") != std::string::npos)
      return line;
    if (line.find_first_not_of(" \t") != std::string::npos) last = line;
  }
  return last;
}

}  // namespace

CollectorError dnf_failure(std::string_view tool, std::string_view text, const std::string& code) {
  if (const auto trouble = rpm::classify_rpm_failure(text))
    return {trouble->kind, masked(fmt::format("{} could not answer: {}", tool, trouble->message), 1000), trouble->code};
  const std::string plain = lower(text);
  for (const auto& cause : kCauses)
    if (plain.find(cause.says) != std::string::npos)
      return {
          cause.kind,
          masked(fmt::format("{} could not answer: {}: {}", tool, text, fmt::format(fmt::runtime(cause.advice), tool)),
                 1000),
          code};
  return {FailureKind::tool_failed, masked(fmt::format("{} could not answer: {}", tool, text), 1000), code};
}

CollectorError no_answer(const Command& command, const ProcessResult& result) {
  Command asked = command;
  // A script is no name for what was asked.
  if (asked.argv.size() > 2 && asked.argv[2] == "-c") asked.argv = {asked.argv[0], "(asking dnf's library)"};
  const std::string what = masked(describe(asked, result), 1000);
  switch (result.ending) {
    case Ending::failed_to_start: {
      const auto kind = result.start_error == ENOENT   ? FailureKind::tool_missing
                        : result.start_error == EACCES ? FailureKind::permission_denied
                                                       : FailureKind::tool_failed;
      return {kind, what, {}};
    }
    case Ending::timed_out:
      return {FailureKind::timed_out, what + ": another package manager may hold a lock, or the machine is slow", {}};
    case Ending::too_much_output:
      return {FailureKind::unparseable, what, {}};
    case Ending::signalled:
      return {FailureKind::tool_failed, what + ": see the journal, the kernel may have killed it for lack of memory",
              "signal " + std::to_string(result.signal)};
    case Ending::exited:
      break;
  }
  const std::string code = std::to_string(result.exit_code);
  // dnf's own code for a lock that exit_on_lock does not wait for.
  constexpr int kLocked = 200;
  if (result.exit_code == kLocked)
    return {FailureKind::locked, what + ": another dnf is running: ask again when it is done", code};
  const std::string reason = reason_in(result.err.empty() ? result.out : result.err);
  const std::string tool = command.argv.empty() ? "dnf" : command.argv.front();
  return dnf_failure(tool, fmt::format("exit code {}: {}", code, reason), code);
}

}  // namespace patchstate::dnf
