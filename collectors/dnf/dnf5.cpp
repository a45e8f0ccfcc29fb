// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf5_output.h"
#include "collectors/dnf/dnf5_shortcut.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_errors.h"
#include "collectors/dnf/dnf_lines.h"
#include "collectors/dnf/dnf_tools.h"
#include "collectors/dnf/plan_output.h"
#include "collectors/rpm/updateinfo_output.h"
#include "platform/files.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSystemCache = "/var/cache/libdnf5";
constexpr int kUpdatesThere = 100;
constexpr int kAborted = 1;  ///< --assumeno answered for us
constexpr std::size_t kMostVersionLocks = 1U << 20U;

class Dnf5 {
 public:
  Dnf5(const HostAccess& access, std::string program) : access_(access), program_(std::move(program)) {}

  Snapshot snapshot() {
    Snapshot snapshot;
    snapshot.tool = "dnf5";
    configured_ = read_repo_files(access_.root, snapshot);
    const PackageList upgrades = packages({"check-upgrade"}, snapshot);
    const bool is_restricted = restricted();
    if (!is_restricted && snapshot.detail == Detail::structured &&
        ask_probe(access_, kSystemCache, upgrades, snapshot)) {
      add(upgrades, {}, false, snapshot);
      read_untold_advisories(snapshot);
      return snapshot;
    }
    snapshot.tool_version = version();
    const PackageList obsoletes = packages({"list", "--obsoletes"}, snapshot);
    add(upgrades, obsoletes, false, snapshot);
    if (is_restricted) {
      const std::string unrestricted = "--setopt=disable_excludes=*";
      add(packages({"check-upgrade", unrestricted}, snapshot),
          packages({"list", "--obsoletes", unrestricted}, snapshot), true, snapshot);
    }
    read_installed(access_, snapshot);
    snapshot.advisories = advisories({"advisory", "info"}, snapshot);
    read_untold_advisories(snapshot);
    read_repositories(snapshot);
    if (std::any_of(snapshot.candidates.begin(), snapshot.candidates.end(), [](const auto& one) { return !one.held; }))
      read_plan(snapshot);
    return snapshot;
  }

 private:
  Command command(const std::vector<std::string>& arguments) const {
    // What was skipped is seen in `repo info`.
    std::vector<std::string> argv = {program_, "-C", "-q", "--setopt=*.skip_if_unavailable=1"};
    if (file_locks_) argv.emplace_back("--skip-file-locks");
    // Else it would copy the system's cache once, for another user than root, and go on with that copy. A folder that
    // is set is this machine's, also for another root.
    argv.push_back("--setopt=cachedir=" + below(fs::absolute(access_.root), kSystemCache).string());
    if (access_.root != "/") argv.push_back("--installroot=" + access_.root.string());
    if (!access_.cache.empty()) argv.push_back("--setopt=logdir=" + as_seen_from_root(access_.cache));
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return tool_command(access_, std::move(argv));
  }

  /// dnf5 puts its log below the root that it asks about, where nothing may change: the way out of it.
  std::string as_seen_from_root(const fs::path& path) const {
    if (access_.root == "/") return path.string();
    return "/" + fs::absolute(path).lexically_relative(fs::absolute(access_.root)).string();
  }

  ProcessResult run(const std::vector<std::string>& arguments) {
    ProcessResult result = access_.runner.run(command(arguments));
    // Versions without file locks don't know the option not to take them.
    if (file_locks_ && result.err.find("--skip-file-locks") != std::string::npos) {
      file_locks_ = false;
      result = access_.runner.run(command(arguments));
    }
    return result;
  }

  static bool knows_no_json(const ProcessResult& result) {
    return result.ending == Ending::exited && result.err.find("\"--json\"") != std::string::npos;
  }

  static std::vector<std::string> with(std::vector<std::string> arguments, const std::string& one) {
    arguments.push_back(one);
    return arguments;
  }

  std::string version() {
    const ProcessResult result = run({"--version"});
    const auto words = words_of(result.out.substr(0, result.out.find('\n')));
    return result.ok() && words.size() == 3 ? clean_text(words[2], 40) : std::string();
  }

  /// As JSON, else as text.
  PackageList packages(const std::vector<std::string>& arguments, Snapshot& snapshot) {
    ProcessResult result = run(with(arguments, "--json"));
    // With --json check-upgrade ends in 0 where there are updates too.
    if (result.ok()) return parse_dnf5_packages(result.out);
    if (!knows_no_json(result)) throw no_answer(command(with(arguments, "--json")), result);
    snapshot.detail = Detail::text;
    result = run(arguments);
    const bool nothing =
        result.ending == Ending::exited && result.err.find("No matching packages") != std::string::npos;
    if (nothing) return {};
    if (!result.ok() && !(result.ending == Ending::exited && result.exit_code == kUpdatesThere))
      throw no_answer(command(arguments), result);
    PackageList list = parse_package_list(result.out);
    take(list.not_understood, snapshot);
    return list;
  }

  static void take(const std::vector<std::string>& lines, Snapshot& snapshot) {
    snapshot.not_understood.insert(snapshot.not_understood.end(), lines.begin(), lines.end());
  }

  /// The text of check-upgrade has replacements too.
  static void add(const PackageList& upgrades, const PackageList& obsoletes, bool held, Snapshot& snapshot) {
    std::vector<PackageRow> rows = upgrades.rows;
    rows.insert(rows.end(), obsoletes.rows.begin(), obsoletes.rows.end());
    std::vector<Replacement> replacements = upgrades.replacements;
    replacements.insert(replacements.end(), obsoletes.replacements.begin(), obsoletes.replacements.end());
    add_candidates(rows, replacements, held, snapshot);
  }

  /// Whether this machine has a setting that hides packages; only then it is worth asking what is hidden.
  bool restricted() const {
    try {
      const auto locks =
          read_file_if_there(resolve_in_root(access_.root, "/etc/dnf/versionlock.toml"), kMostVersionLocks);
      if (locks && locks->find("[[") != std::string::npos) return true;
    } catch (const std::system_error&) {
      return true;
    }
    return hides_packages(access_.root, configured_);
  }

  /// dnf5 tells only of advisories for newer versions of what is installed, of the same name and architecture.
  void read_untold_advisories(Snapshot& snapshot) const {
    std::map<std::string, std::set<std::string>> untold;  // by repository
    for (const auto& one : snapshot.candidates) {
      const bool told = std::any_of(snapshot.installed.begin(), snapshot.installed.end(), [&](const auto& installed) {
        return installed.name == one.package.name && installed.arch == one.package.arch;
      });
      if (!told || one.held) untold[one.repository].insert(one.package.name);
    }
    for (const auto& [repository, names] : untold)
      for (auto& one : cached_advisories(access_.root, kSystemCache, repository, names))
        snapshot.advisories.push_back(std::move(one));
    snapshot.advisories = rpm::merge_by_id(std::move(snapshot.advisories));
  }

  std::vector<rpm::RpmAdvisory> advisories(const std::vector<std::string>& arguments, Snapshot& snapshot) {
    ProcessResult result = run(with(arguments, "--json"));
    if (result.ok()) return parse_dnf5_advisories(result.out);
    if (!knows_no_json(result)) throw no_answer(command(arguments), result);
    snapshot.detail = Detail::text;
    std::vector<std::string> list = arguments;
    list[1] = "list";
    result = run(list);
    if (!result.ok()) throw no_answer(command(list), result);
    AdvisoryList rows = parse_advisory_list(result.out);
    take(rows.not_understood, snapshot);
    return advisories_of(rows.rows);
  }

  void read_repositories(Snapshot& snapshot) {
    const std::vector<std::string> arguments = {"repo", "info", "--json"};
    const ProcessResult result = run(arguments);
    if (result.ok()) {
      snapshot.repositories = parse_dnf5_repositories(result.out);
      for (auto& one : snapshot.repositories) one.loaded = one.checked.has_value();
    } else if (knows_no_json(result)) {
      snapshot.repositories = enabled_repositories(configured_);
    } else {
      throw no_answer(command(arguments), result);
    }
    for (auto& one : snapshot.repositories) complete_from_cache(access_.root, kSystemCache, one);
  }

  void read_plan(Snapshot& snapshot) {
    const ProcessResult result = run({"upgrade", "--assumeno", "--no-best"});
    if (result.ending == Ending::exited && (result.exit_code == 0 || result.exit_code == kAborted))
      snapshot.plan = parse_dnf5_plan(result.out + "\n" + result.err);
    snapshot.plan_failed = !snapshot.plan.has_value();
  }

  HostAccess access_;
  std::string program_;
  bool file_locks_ = true;
  rpm::RepoFiles configured_;
};

}  // namespace

Snapshot ask_dnf5(const HostAccess& access, const std::string& program) {
  return Dnf5(access, program).snapshot();
}

}  // namespace patchstate::dnf
