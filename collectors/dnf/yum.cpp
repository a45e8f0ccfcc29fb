// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/yum.h"

#include <algorithm>
#include <map>
#include <utility>

#include "collectors/dnf/advisory_list_output.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_errors.h"
#include "collectors/dnf/dnf_tools.h"

namespace patchstate::dnf {
namespace {

constexpr const char* kCache = "/var/cache/yum";
constexpr int kUpdatesThere = 100;

class Yum {
 public:
  Yum(const HostAccess& access, std::string program) : access_(access), program_(std::move(program)) {}

  Snapshot snapshot() const {
    Snapshot snapshot;
    snapshot.tool = "yum";
    snapshot.detail = Detail::text;
    const rpm::RepoFiles configured = read_every_line_of_repo_files(access_.root, snapshot);
    snapshot.repositories = enabled_repositories(configured);
    for (auto& one : snapshot.repositories) complete_from_cache(access_.root, kCache, one);
    // Every advisory above what is installed, whatever its type.
    const bool has_plugin = read_advisories(snapshot);
    const PackageList updates = check_update({}, snapshot);
    add_candidates(newest_of_each(updates.rows), updates.replacements, false, snapshot);
    if (hides_packages(access_.root, configured)) {
      std::vector<std::string> options = {"--disableexcludes=all"};
      // What the plugin hides is no exclude to yum.
      if (has_yum_locks(access_.root)) options.emplace_back("--disableplugin=versionlock");
      const PackageList all = check_update(std::move(options), snapshot);
      add_candidates(newest_of_each(all.rows), all.replacements, true, snapshot);
    }
    read_installed(access_, snapshot);
    // An empty list is printed without an error where the plugin can't read what is there (edge-107).
    if (has_plugin) add_cached_advisories(access_.root, kCache, snapshot);
    return snapshot;
  }

 private:
  Command command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {
        program_, "-C", "-q", "--color=never", "--setopt=exit_on_lock=1", "--setopt=*.skip_if_unavailable=0"};
    if (access_.root != "/") argv.push_back("--installroot=" + access_.root.string());
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return tool_command(access_, std::move(argv));
  }

  PackageList check_update(std::vector<std::string> options, Snapshot& snapshot) const {
    options.emplace_back("check-update");
    const Command asked = command(options);
    const ProcessResult result = access_.runner.run(asked);
    if (!result.ok() && !(result.ending == Ending::exited && result.exit_code == kUpdatesThere))
      throw no_answer(asked, result);
    PackageList list = parse_package_list(result.out);
    take(list.not_understood, snapshot);
    // 100 says that there are some.
    if (result.exit_code == kUpdatesThere && list.rows.empty() && list.replacements.empty())
      throw CollectorError(FailureKind::unparseable, "yum says that there are updates, and lists none that can be read",
                           "100");
    return list;
  }

  /// Whether yum has a plugin that knows advisories.
  bool read_advisories(Snapshot& snapshot) const {
    const Command asked = command({"updateinfo", "list", "available"});
    const ProcessResult result = access_.runner.run(asked);
    // The plugin that knows advisories is a package of its own before RHEL 7.
    const bool no_plugin = result.ending == Ending::exited && result.err.find("No such command") != std::string::npos;
    if (no_plugin) {
      for (auto& one : snapshot.repositories) one.advisories = false;
      snapshot.complaints.push_back({false, "yum-plugin-security is not installed, so no update can be classified"});
      return false;
    }
    if (!result.ok()) throw no_answer(asked, result);
    AdvisoryList list = parse_advisory_list(result.out);
    take(list.not_understood, snapshot);
    snapshot.advisories = advisories_of(list.rows);
    add_cves(snapshot);
    return true;
  }

  /// The list of CVEs names packages, not advisories: a CVE belongs to every security advisory for just that version.
  void add_cves(Snapshot& snapshot) const {
    const ProcessResult result = access_.runner.run(command({"updateinfo", "list", "cves"}));
    if (!result.ok()) return;  // an update without its CVEs is still the update
    std::map<std::string, std::vector<std::string>> cves;
    for (const auto& row : parse_advisory_list(result.out).rows)
      if (row.reference) cves[rpm::to_text(row.package)].push_back(row.advisory);
    for (auto& advisory : snapshot.advisories)
      for (const auto& package : advisory.packages) {
        const auto known = cves.find(rpm::to_text(rpm::Nevra{package.name, package.version, package.arch}));
        if (known == cves.end() || rpm::classification_of(advisory.type) != Classification::security) continue;
        for (const auto& cve : known->second)
          if (std::find(advisory.cves.begin(), advisory.cves.end(), cve) == advisory.cves.end())
            advisory.cves.push_back(cve);
      }
  }

  static void take(const std::vector<std::string>& lines, Snapshot& snapshot) {
    snapshot.not_understood.insert(snapshot.not_understood.end(), lines.begin(), lines.end());
  }

  HostAccess access_;
  std::string program_;
};

}  // namespace

Snapshot ask_yum(const HostAccess& access, const std::string& program) {
  return Yum(access, program).snapshot();
}

}  // namespace patchstate::dnf
