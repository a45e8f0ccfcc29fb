// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_collector.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <system_error>

#include <fmt/core.h>

#include "collectors/host/os_release.h"
#include "collectors/rpm/repo_files.h"
#include "collectors/rpm/rpm_database.h"
#include "collectors/zypper/zypper_cache.h"
#include "collectors/zypper/zypper_rules.h"
#include "collectors/zypper/zypper_shortcut.h"
#include "collectors/zypper/zypper_tools.h"
#include "platform/files.h"
#include "platform/machine.h"
#include "platform/paths.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFetched = "/var/cache/zypp/raw";

/// Of all runs together, each sentence once.
void keep(Answer answer, std::vector<ListedUpdate>& updates, Snapshot& snapshot) {
  updates = std::move(answer.updates);
  for (auto& message : answer.messages) {
    const bool known = std::any_of(snapshot.messages.begin(), snapshot.messages.end(),
                                   [&](const Message& one) { return one.text == message.text; });
    if (!known) snapshot.messages.push_back(std::move(message));
  }
  for (auto& line : answer.not_understood) snapshot.not_understood.push_back(std::move(line));
}

/// Both lists by one run, which spares zypper a start. Packages are missing from it while a patch for zypper itself is
/// needed (zypper's update.cc, list_updates): then they are asked for alone.
void ask_zypper(const ZypperTools& tools, Snapshot& snapshot) {
  Answer both = tools.ask({"list-updates", "--type", "patch", "--type", "package"}, snapshot.remarks);
  const bool lacks_packages = both.has_blocked_list;
  auto& patches = snapshot.patches;
  keep(std::move(both), patches, snapshot);
  // Patches come first, so that nothing moves.
  const auto packages =
      std::partition(patches.begin(), patches.end(), [](const ListedUpdate& one) { return one.kind == Kind::patch; });
  snapshot.updates.assign(std::move_iterator(packages), std::move_iterator(patches.end()));
  patches.erase(packages, patches.end());
  if (lacks_packages) keep(tools.ask({"list-updates"}, snapshot.remarks), snapshot.updates, snapshot);
}

/// On its own system zypper is a package of it, which spares asking.
std::string version_of_zypper(const HostAccess& access, const ZypperTools& tools, const Snapshot& snapshot) {
  if (access.root == "/")
    for (const auto& package : snapshot.installed)
      if (package.name == "zypper") return package.evr.version;
  return tools.version();
}

/// Those that something was fetched of. Throws CollectorError when there is none: zypper's list would be empty then,
/// with exit code 0 (edge-115).
std::vector<std::string> usable_repositories(const Snapshot& snapshot) {
  std::vector<std::string> aliases;
  for (const auto& one : snapshot.repositories)
    if (one.reading == FetchedRepository::Reading::ok) aliases.push_back(one.config.id);
  if (!aliases.empty()) return aliases;
  if (!snapshot.warnings.empty())
    throw CollectorError(FailureKind::permission_denied, snapshot.warnings.front().message, "source_unreadable");
  if (snapshot.repositories.empty())
    throw CollectorError(FailureKind::disabled,
                         "zypper has no repository enabled (/etc/zypp/repos.d). Add one, or register the system with "
                         "SUSEConnect",
                         "no_repositories");
  const auto& first = snapshot.repositories.front();
  if (first.reading == FetchedRepository::Reading::unreadable)
    throw CollectorError(FailureKind::permission_denied, "no repository of zypper's can be read: " + first.problem,
                         "source_unreadable");
  throw CollectorError(FailureKind::unreachable,
                       "none of zypper's repositories was ever fetched. Run `zypper refresh` as root", "never_fetched");
}

/// Of what is installed or listed and above it, and what zypper calls needed.
rpm::AdvisoryFilter wanted_advisories(const Snapshot& snapshot) {
  rpm::AdvisoryFilter wanted;
  for (const auto& package : snapshot.installed) {
    const auto [there, added] = wanted.packages.try_emplace(package.name, package.evr);
    // Above the oldest: kernels are installed beside each other.
    if (!added && rpm::compare(package.evr, there->second) < 0) there->second = package.evr;
  }
  for (const auto& row : snapshot.updates) wanted.packages.try_emplace(row.name);
  for (const auto& patch : snapshot.patches) wanted.ids.insert(patch.name);
  return wanted;
}

void read_wanted_advisories(const HostAccess& access, Snapshot& snapshot) {
  const rpm::AdvisoryFilter wanted = wanted_advisories(snapshot);
  for (auto& one : snapshot.repositories)
    if (one.reading == FetchedRepository::Reading::ok) read_advisories(access.root, wanted, one);
}

/// What is installed and configured, and what was fetched.
Snapshot read_system(const HostAccess& access) {
  Snapshot snapshot;
  snapshot.installed = rpm::installed_packages(access);
  rpm::RepoFiles configured = rpm::read_repo_files(access.root, rpm::zypp_repo_folders());
  snapshot.warnings = std::move(configured.warnings);
  snapshot.not_understood = std::move(configured.not_understood);
  for (const auto& config : configured.repositories)
    if (config.enabled) snapshot.repositories.push_back(read_fetched(access.root, config));
  read_locks(access.root, snapshot);
  return snapshot;
}

/// It would look for those it never fetched, and root's would begin a cache of them.
void prepare(ZypperTools& tools, const std::vector<std::string>& usable, const Snapshot& snapshot) {
  if (usable.size() < snapshot.repositories.size()) tools.only(usable);
  auto parsed = usable;
  parsed.emplace_back("@System");  // libzypp's name for what is installed
  tools.take_solver_caches(parsed);
}

/// Where some advisory is about what is installed the system's own repositories are there, without a start of zypper.
bool may_lack_own_repositories(const Snapshot& snapshot) {
  return std::any_of(snapshot.installed.begin(), snapshot.installed.end(),
                     [](const auto& package) { return package.name == "glibc"; }) &&
         std::none_of(snapshot.repositories.begin(), snapshot.repositories.end(),
                      [](const auto& one) { return one.names_security; });
}

void complete_by_zypper(const HostAccess& access, const std::vector<std::string>& usable, Snapshot& snapshot) {
  ZypperTools tools(access, rpm::find_rpm_database(access.root).folder);
  prepare(tools, usable, snapshot);
  snapshot.tool_version = version_of_zypper(access, tools, snapshot);
  ask_zypper(tools, snapshot);
  read_wanted_advisories(access, snapshot);
  if (is_something_hidden(snapshot))
    keep(tools.ask({"list-updates", "--all"}, snapshot.remarks), snapshot.all_updates, snapshot);
}

Snapshot take_snapshot(const HostAccess& access) {
  Snapshot snapshot = read_system(access);
  const auto usable = usable_repositories(snapshot);
  if (ask_probe(access, snapshot))
    read_wanted_advisories(access, snapshot);
  else
    complete_by_zypper(access, usable, snapshot);
  if (may_lack_own_repositories(snapshot)) {
    ZypperTools tools(access, rpm::find_rpm_database(access.root).folder);
    prepare(tools, usable, snapshot);
    snapshot.offers_libc = tools.offers("glibc", usable);
  }
  return snapshot;
}

/// Folders all of whose files count.
constexpr std::array kFolders = {"/etc/zypp",           "/etc/zypp/repos.d",       "/etc/zypp/services.d",
                                 "/etc/zypp/vendors.d", "/etc/zypp/credentials.d", "/etc/zypp/multiversion.d"};

std::string fingerprint(const HostAccess& access) {
  std::string text = "zypper 1\n";
  text += rpm::stamp_rpm_database(access.root);
  text += rpm::hash_repomd_files(access.root, kFetched);
  for (const char* const folder : kFolders) text += stamp_folder(below(access.root, folder));
  const FileStamp os = stamp(below(access.root, "/etc/os-release"));
  text += fmt::format("{} {} {}\n", os.inode, os.size, os.mtime_ns);
  if (access.root == "/") text += running_kernel() + "\n";
  return text;
}

}  // namespace

Findings ZypperCollector::collect() {
  const Snapshot snapshot = take_snapshot(access_);
  Surroundings around;
  around.os_id = read_operating_system(access_.root).id;
  around.now = access_.now;
  if (access_.root == "/" && !virtualization().container) around.kernel_running = running_kernel();
  return judge(snapshot, around);
}

CollectorChoice choose_zypper(const HostAccess& access) {
  CollectorChoice choice;
  choice.source = "zypper";
  choice.service = PatchService::Zypper;
  const auto database = rpm::find_rpm_database(access.root);
  std::error_code error;
  if (database.format == rpm::DatabaseFormat::none) {
    choice.reason = "no rpm database (usr/lib/sysimage/rpm, var/lib/rpm)";
    return choice;
  }
  if (!fs::is_directory(below(access.root, "/etc/zypp"), error)) {
    choice.reason = "an rpm database is here, but zypper is not configured (etc/zypp)";
    return choice;
  }
  // Of another root the programs are not run: this system's zypper is asked.
  const bool is_there =
      access.root == "/" ? !find_program("zypper").empty() : is_in_root(access.root, "/usr/bin/zypper");
  if (access.root == "/" && !is_there) {
    choice.reason = "an rpm database and zypper's configuration are here, but no zypper";
    return choice;
  }
  choice.fits = true;
  choice.reason =
      is_there ? "rpm database, zypper and its configuration found" : "rpm database and zypper's configuration found";
  if (!probe_program("patchstate-solv-probe").empty())
    choice.reason += "; asked through patchstate-solv-probe where that says what zypper would";
  choice.collector = std::make_unique<ZypperCollector>(access);
  choice.fingerprint = fingerprint(access);
  for (const char* const folder : kFolders) choice.watched.emplace_back(folder);
  for (auto& path : rpm::rpm_watched_paths()) choice.watched.push_back(std::move(path));
  choice.watched.emplace_back(kFetched);
  return choice;
}

}  // namespace patchstate::zypper
