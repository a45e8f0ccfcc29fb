// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_tools.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "assessment/assessment_json.h"
#include "collectors/apt/apt_lines.h"
#include "platform/files.h"

namespace patchstate::apt {
namespace {

constexpr auto kDeadline = std::chrono::seconds{120};
/// 5,000 pending updates take 4 MiB in the most talkative of the answers.
constexpr std::size_t kOutputCap = 32U << 20U;

void add_option(std::vector<std::string>& argv, const std::string& option) {
  argv.emplace_back("-o");
  argv.push_back(option);
}

FailureKind kind_of(const ProcessResult& result) {
  switch (result.ending) {
    case Ending::failed_to_start:
      return result.start_error == ENOENT   ? FailureKind::tool_missing
             : result.start_error == EACCES ? FailureKind::permission_denied
                                            : FailureKind::tool_failed;
    case Ending::timed_out:
      return FailureKind::timed_out;
    case Ending::too_much_output:
      return FailureKind::unparseable;
    case Ending::exited:
    case Ending::signalled:
      break;
  }
  const auto says = [&](std::string_view text) { return result.err.find(text) != std::string::npos; };
  if (says("Could not get lock") || says("Unable to acquire the dpkg")) return FailureKind::locked;
  if (says("Permission denied") || says("are you root?")) return FailureKind::permission_denied;
  return FailureKind::tool_failed;
}

}  // namespace

void AptTools::use_architectures(const std::vector<std::string>& architectures) {
  if (access_.root == "/" && offers_.empty()) return;  // apt's own configuration
  const auto status = below(access_.root, "/var/lib/dpkg/status");
  config_.emplace(access_.cache, root_config(offers_.empty() ? access_.root : offers_, status, architectures));
}

// dpkg itself is always installed, and always of the native architecture; `dpkg --print-architecture` would tell the
// host's.
std::vector<std::string> AptTools::architectures() const {
  std::vector<std::string> all;
  const auto add = [&](std::string_view line) {
    for (const auto one : words_of(line))
      if (std::find(all.begin(), all.end(), one) == all.end()) all.emplace_back(one);
  };
  const ProcessResult native = run(dpkg_query({"--show", "--showformat=${Architecture}\\n", "dpkg"}));
  if (native.ok()) for_each_line(native.out, add);
  const auto listed = read_file_if_there(below(access_.root, "/var/lib/dpkg/arch"), 64U << 10U);
  for_each_line(listed.value_or(""), add);
  return all;
}

Command AptTools::command(std::vector<std::string> argv) const {
  Command command;
  command.argv = std::move(argv);
  command.deadline = kDeadline;
  command.output_cap = kOutputCap;
  if (config_) command.environment.emplace_back("APT_CONFIG", config_->path().string());
  return command;
}

Command AptTools::dpkg_query(std::vector<std::string> arguments) const {
  // Not --root, which dpkg knows only since 1.21.
  arguments.insert(arguments.begin(),
                   {"dpkg-query", "--admindir=" + below(access_.root, "/var/lib/dpkg").string() + "/"});
  return command(std::move(arguments));
}

Command AptTools::read_only(const std::string& program, const std::string& verb,
                            const std::vector<std::string>& options, const std::vector<std::string>& operands) const {
  std::vector<std::string> argv = {program, verb};
  const auto cache_file = [&](const std::string& name) {
    const std::string prefix = offers_.empty() ? "apt-" : "apt-offers-";
    return access_.cache.empty() ? std::string() : (access_.cache / (prefix + name)).string();
  };
  // As our configuration file says already; here it tells the two ways to ask apart, for a recording too.
  if (!offers_.empty()) add_option(argv, "Dir=" + offers_.string() + "/");
  add_option(argv, "Dir::Cache::pkgcache=" + cache_file("pkgcache.bin"));
  add_option(argv, "Dir::Cache::srcpkgcache=" + cache_file("srcpkgcache.bin"));
  // apt deletes archives it finds with another size than expected; there it finds none.
  add_option(argv, "Dir::Cache::archives=/nonexistent/");
  add_option(argv, "Dir::Log::Planner=");  // else apt-get -s, run by root, rewrites /var/log/apt/eipp.log.xz
  add_option(argv, "Debug::NoLocking=1");
  add_option(argv, "APT::Color=0");
  add_option(argv, "quiet=1");  // -qq in the configuration would leave out the totals that prove the rest
  argv.insert(argv.end(), options.begin(), options.end());
  if (!operands.empty()) {
    argv.emplace_back("--");
    argv.insert(argv.end(), operands.begin(), operands.end());
  }
  return command(std::move(argv));
}

Command AptTools::update() const {
  return command({"apt-get", "update", "-o", "APT::Update::Error-Mode=any", "-o", "APT::Color=0", "-o", "quiet=1"});
}

ProcessResult AptTools::answer(const Command& command) const {
  ProcessResult result = run(command);
  if (!result.ok()) throw no_answer(command, result);
  return result;
}

CollectorError no_answer(const Command& command, const ProcessResult& result) {
  std::string code;
  if (result.ending == Ending::exited) code = std::to_string(result.exit_code);
  if (result.ending == Ending::signalled) code = "signal " + std::to_string(result.signal);
  // What it was asked, not how; and the first of apt's errors, which is the cause of the last.
  Command asked = command;
  asked.argv.resize(std::min<std::size_t>(asked.argv.size(), 2));
  ProcessResult said = result;
  std::string errors;
  for (const auto& complaint : complaints_in(result.err))
    if (complaint.error) errors += (errors.empty() ? "" : "; ") + complaint.text;
  if (!errors.empty()) said.err = errors;
  return {kind_of(result), masked(describe(asked, said)), code};
}

// W: Unable to read /etc/apt/sources.list.d/private.list - open (13: Permission denied)
// E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).
std::vector<Complaint> complaints_in(std::string_view err) {
  constexpr std::size_t kMost = 50;
  std::vector<Complaint> complaints;
  for_each_line(err, [&](std::string_view raw) {
    const std::string line = shown_line(raw);
    if (complaints.size() >= kMost || !(line.starts_with("E: ") || line.starts_with("W: "))) return;
    complaints.push_back({line[0] == 'E', sentence_of_apt(std::string_view(line).substr(3))});
  });
  return complaints;
}

}  // namespace patchstate::apt
