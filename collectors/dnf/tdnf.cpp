// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/tdnf.h"

#include <utility>

#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_errors.h"
#include "collectors/dnf/dnf_tools.h"
#include "collectors/dnf/tdnf_output.h"

namespace patchstate::dnf {
namespace {

constexpr const char* kCache = "/var/cache/tdnf";

class Tdnf {
 public:
  Tdnf(const HostAccess& access, std::string program) : access_(access), program_(std::move(program)) {}

  Snapshot snapshot() const {
    Snapshot snapshot;
    snapshot.tool = "tdnf";
    const rpm::RepoFiles configured = read_every_line_of_repo_files(access_.root, snapshot);
    snapshot.repositories = parse_tdnf_repositories(answer({"repolist"}));
    for (auto& one : snapshot.repositories) complete_from_cache(access_.root, kCache, one);
    add_candidates(newest_of_each(updates({"list", "updates"})), {}, false, snapshot);
    if (hides_packages(access_.root, configured))
      add_candidates(newest_of_each(updates({"--disableexcludes", "list", "updates"})), {}, true, snapshot);
    read_installed(access_, snapshot);
    add_cached_advisories(access_.root, kCache, snapshot);
    return snapshot;
  }

 private:
  Command command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {program_, "-C", "-j"};
    if (access_.root != "/") argv.insert(argv.end(), {"--installroot", access_.root.string()});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return tool_command(access_, std::move(argv));
  }

  std::string answer(const std::vector<std::string>& arguments) const {
    const Command asked = command(arguments);
    const ProcessResult result = access_.runner.run(asked);
    if (!result.ok()) throw no_answer(asked, result);
    return result.out;
  }

  std::vector<PackageRow> updates(const std::vector<std::string>& arguments) const {
    return parse_tdnf_packages(answer(arguments)).rows;
  }

  HostAccess access_;
  std::string program_;
};

}  // namespace

Snapshot ask_tdnf(const HostAccess& access, const std::string& program) {
  return Tdnf(access, program).snapshot();
}

}  // namespace patchstate::dnf
