// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf5_output.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_errors.h"
#include "collectors/dnf/dnf_lines.h"
#include "collectors/dnf/plan_output.h"
#include "collectors/rpm/repo_files.h"
#include "collectors/rpm/rpm_database.h"
#include "collectors/rpm/updateinfo_output.h"
#include "platform/files.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

constexpr auto kDeadline = std::chrono::seconds{120};
constexpr std::size_t kOutputCap = 128U << 20U;
constexpr std::size_t kMemoryCap = std::size_t{4} << 30U;
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
    snapshot.tool_version = version();
    const PackageList upgrades = packages({"check-upgrade"}, snapshot);
    const PackageList obsoletes = packages({"list", "--obsoletes"}, snapshot);
    add_candidates(upgrades, obsoletes, false, snapshot);
    if (restricted()) {
      const std::string unrestricted = "--setopt=disable_excludes=*";
      add_candidates(packages({"check-upgrade", unrestricted}, snapshot),
                     packages({"list", "--obsoletes", unrestricted}, snapshot), true, snapshot);
    }
    read_installed(snapshot);
    read_advisories(snapshot);
    read_repositories(snapshot);
    if (std::any_of(snapshot.candidates.begin(), snapshot.candidates.end(), [](const auto& one) { return !one.held; }))
      read_plan(snapshot);
    return snapshot;
  }

 private:
  Command command(const std::vector<std::string>& arguments) const {
    Command command;
    command.argv = {program_, "-C", "-q", "--setopt=*.skip_if_unavailable=1"};  // what was skipped is seen in `repo info`
    if (file_locks_) command.argv.emplace_back("--skip-file-locks");
    // Else it would copy the system's cache once, for another user than root, and go on with that copy.
    command.argv.push_back(std::string("--setopt=cachedir=") + kSystemCache);
    if (access_.root != "/") command.argv.push_back("--installroot=" + access_.root.string());
    if (!access_.cache.empty()) {
      command.argv.push_back("--setopt=logdir=" + as_seen_from_root(access_.cache));
      for (const char* const home : {"HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"})
        command.environment.emplace_back(home, access_.cache.string());
    }
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.deadline = kDeadline;
    command.output_cap = kOutputCap;
    command.memory_cap = kMemoryCap;
    return command;
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
    const bool nothing = result.ending == Ending::exited && result.err.find("No matching packages") != std::string::npos;
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

  static void add_candidates(const PackageList& upgrades, const PackageList& obsoletes, bool held, Snapshot& snapshot) {
    const auto known = [&](const rpm::Nevra& package) {
      return std::any_of(snapshot.candidates.begin(), snapshot.candidates.end(), [&](const Candidate& one) {
        return one.package.name == package.name && one.package.arch == package.arch &&
               rpm::compare(one.package.evr, package.evr) == 0;
      });
    };
    std::vector<Candidate> fresh;
    const auto add = [&](const PackageRow& row, const std::vector<PackageRow>& replaced) {
      if (held && known(row.package)) return;
      Candidate one;
      one.package = row.package;
      one.repository = row.repository;
      one.held = held;
      for (const auto& old : replaced) one.replaces.push_back(old.package);
      fresh.push_back(std::move(one));
    };
    for (const auto& row : upgrades.rows) add(row, {});
    // The text of check-upgrade has them too.
    for (const auto& each : upgrades.replacements) add(each.by, each.replaced);
    for (const auto& row : obsoletes.rows) add(row, {});
    for (const auto& each : obsoletes.replacements) add(each.by, each.replaced);
    snapshot.candidates.insert(snapshot.candidates.end(), fresh.begin(), fresh.end());
  }

  /// Whether this machine has a setting that hides packages; only then it is worth asking what is hidden.
  bool restricted() const {
    try {
      const auto locks = read_file_if_there(resolve_in_root(access_.root, "/etc/dnf/versionlock.toml"), kMostVersionLocks);
      if (locks && locks->find("[[") != std::string::npos) return true;
    } catch (const std::system_error&) {
      return true;
    }
    for (const auto& repo : rpm::read_repo_files(access_.root, rpm::dnf_repo_folders()).repositories)
      if (!repo.excludes.empty() || !repo.includes.empty()) return true;
    return hides_packages(access_.root);
  }

  /// dnf5 tells only of advisories for newer versions of what is installed, of the same name and architecture.
  void read_advisories(Snapshot& snapshot) {
    snapshot.advisories = advisories({"advisory", "info"}, snapshot);
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
      snapshot.repositories = configured_repositories(access_.root);
    } else {
      throw no_answer(command(arguments), result);
    }
    for (auto& one : snapshot.repositories) complete_from_cache(access_.root, kSystemCache, one);
  }

  void read_installed(Snapshot& snapshot) const {
    std::set<std::string> names = {"kernel", "kernel-core", "kernel-uek", "kernel-uek-core", "kernel-rt", "kernel-rt-core"};
    for (const auto& one : snapshot.candidates) names.insert(one.package.name);
    for (const auto& one : rpm::installed_packages(access_, {names.begin(), names.end()})) {
      const rpm::Nevra package{one.name, one.evr, one.arch};
      if (one.name.starts_with("kernel"))
        snapshot.kernels.push_back({package, one.evr.version + "-" + one.evr.release + "." + one.arch});
      snapshot.installed.push_back(package);
    }
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
};

}  // namespace

Snapshot ask_dnf5(const HostAccess& access, const std::string& program) {
  return Dnf5(access, program).snapshot();
}

}  // namespace patchstate::dnf
