// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf4.h"

#include <map>
#include <system_error>

#include "collectors/dnf/dnf4_output.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_errors.h"
#include "collectors/rpm/updateinfo_file.h"
#include "platform/files.h"

namespace patchstate::dnf {
namespace {

/// 0.3 s with 20,000 packages; a machine with many repositories and a slow disk gets hundreds of times that.
constexpr auto kDeadline = std::chrono::seconds{120};
constexpr std::size_t kOutputCap = 64U << 20U;
constexpr std::size_t kMemoryCap = std::size_t{4} << 30U;
/// The helper's own: dnf could not answer, with the reason in the output.
constexpr int kRefused = 1;
constexpr std::size_t kLongestShebang = 512;

/// dnf's library tells of advisories for what is installed, not whether there are others.
void look_for_security(Snapshot& snapshot) {
  for (auto& one : snapshot.repositories) {
    if (!one.advisories.value_or(false)) continue;
    try {
      one.advisories = rpm::names_security(one.updateinfo);
    } catch (const std::system_error&) {
      one.advisories.reset();  // dnf goes by its parsed copy
    }
  }
}

/// The library knows four words for what an advisory is, in lower case: what another one says stands in the file alone.
void complete_types(Snapshot& snapshot) {
  std::map<std::string, rpm::RpmAdvisory*> untold;
  for (auto& one : snapshot.advisories)
    if (one.type.empty()) untold.emplace(one.id, &one);
  if (untold.empty()) return;
  rpm::AdvisoryFilter wanted;
  for (const auto& [id, advisory] : untold) wanted.ids.insert(id);
  for (const auto& repository : snapshot.repositories) {
    if (repository.updateinfo.empty()) continue;
    try {
      for (const auto& one : rpm::read_updateinfo(repository.updateinfo, wanted).advisories)
        if (const auto found = untold.find(one.id); found != untold.end()) found->second->type = one.type;
    } catch (const std::system_error&) {
      continue;  // without a word it may be about anything
    }
  }
}

}  // namespace

std::string python_of(std::string_view head) {
  if (!head.starts_with("#!")) return {};
  head = head.substr(2, head.find('\n') - 2);
  while (!head.empty() && (head.front() == ' ' || head.front() == '\t')) head.remove_prefix(1);
  const std::string_view program = head.substr(0, head.find_first_of(" \t\r"));
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return program.starts_with('/') && name.find("python") != std::string_view::npos ? std::string(program)
                                                                                   : std::string();
}

Snapshot ask_dnf4(const HostAccess& access, const std::string& program, const std::string& database) {
  Command command;
  const std::string python = python_of(read_head(program, kLongestShebang));
  if (python.empty())
    throw CollectorError(FailureKind::unsupported, program + " is no Python script, so its library can't be asked");
  command.argv = {python, "-I", "-c", std::string(dnf4_helper()), access.root.string(), database};
  command.deadline = kDeadline;
  command.output_cap = kOutputCap;
  command.memory_cap = kMemoryCap;
  const ProcessResult result = access.runner.run(command);
  const bool refused = result.ending == Ending::exited && result.exit_code == kRefused && !result.out.empty();
  if (!result.ok() && !refused) throw no_answer(command, result);
  Snapshot snapshot = parse_dnf4(result.out);
  read_repo_files(access.root, snapshot);
  look_for_security(snapshot);
  complete_types(snapshot);
  return snapshot;
}

}  // namespace patchstate::dnf
