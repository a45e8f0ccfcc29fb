// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_collector.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/core.h>

#include "collectors/apt/apt_commands.h"
#include "collectors/apt/apt_dpkg_database.h"
#include "collectors/apt/apt_probe_output.h"
#include "collectors/apt/apt_rules.h"
#include "collectors/apt/apt_surroundings.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

/// 0.8 s with nothing cached on a machine of ours; a slow disk and a large archive get a hundred times that.
constexpr auto kProbeDeadline = std::chrono::seconds{120};
constexpr int kLoaderFailed = 127;  ///< ld.so: a library (the soname of libapt-pkg) is not there

Command probe_command(const HostAccess& access, const fs::path& probe, const fs::path& offers) {
  Command command;
  command.argv = {probe.string(), "--root", access.root.string()};
  if (!access.cache.empty()) command.argv.insert(command.argv.end(), {"--cache", access.cache.string()});
  if (!offers.empty()) command.argv.insert(command.argv.end(), {"--apt", offers.string()});
  command.deadline = kProbeDeadline;
  command.memory_cap = PATCHSTATE_PROBE_MEMORY_CAP;
  return command;
}

bool not_installed(const ProcessResult& result) {
  return (result.ending == Ending::failed_to_start && result.start_error == ENOENT) ||
         (result.ending == Ending::exited && result.exit_code == kLoaderFailed);
}

Snapshot read_probe(const Command& command, const ProcessResult& result) {
  // 1 is the probe's own "apt could not answer", with apt's sentences in the output.
  if (result.ok() || (result.ending == Ending::exited && result.exit_code == 1 && !result.out.empty()))
    return parse_probe_output(result.out);
  const auto kind = result.ending == Ending::timed_out         ? FailureKind::timed_out
                    : result.ending == Ending::too_much_output ? FailureKind::unparseable
                                                               : FailureKind::tool_failed;
  throw CollectorError(kind, describe(command, result), fmt::format("{}", result.exit_code));
}

/// What Ubuntu's pro client has fetched of the archives that this machine is not subscribed to.
void add_subscription_offers(const HostAccess& access, const fs::path& probe, Snapshot& snapshot) {
  const fs::path folder = below(access.root, "/var/lib/ubuntu-advantage/apt-esm");
  std::error_code error;
  if (!fs::is_directory(folder / "etc/apt", error)) return;
  const Command command = probe_command(access, probe, folder);
  const ProcessResult result = access.runner.run(command);
  try {
    const Snapshot offers = read_probe(command, result);
    for (const auto& package : offers.packages)
      for (const auto& version : package.newer) {
        const auto offered = std::find_if(version.files.begin(), version.files.end(),
                                          [&](std::size_t index) { return needs_subscription(offers.files[index]); });
        if (offered == version.files.end()) continue;
        const bool apps = offers.files[*offered].origin == "UbuntuESMApps";
        snapshot.subscription_offers.push_back({package.name, version.version, apps ? "esm-apps" : "esm-infra"});
        break;
      }
  } catch (const CollectorError& failure) {
    snapshot.complaints.push_back({false, std::string("what Ubuntu Pro offers is not known: ") + failure.what()});
  }
}

Snapshot ask(const HostAccess& access) {
  const fs::path probe = probe_program("patchstate-apt-probe");
  if (probe.empty()) return ask_apt(access);
  const Command command = probe_command(access, probe, {});
  const ProcessResult result = access.runner.run(command);
  if (not_installed(result)) return ask_apt(access);
  Snapshot snapshot = read_probe(command, result);
  add_subscription_offers(access, probe, snapshot);
  return snapshot;
}

}  // namespace

Findings AptCollector::collect() {
  const DpkgDatabase dpkg = read_dpkg_database(access_.root);
  const Snapshot snapshot = ask(access_);
  return judge(snapshot, read_surroundings(access_, snapshot, dpkg));
}

CollectorChoice choose_apt(const HostAccess& access) {
  CollectorChoice choice;
  choice.source = "apt";
  choice.service = PatchService::APT;
  std::error_code error;
  if (!fs::exists(below(access.root, "/var/lib/dpkg/status"), error)) {
    choice.reason = "no dpkg database (var/lib/dpkg/status)";
    return choice;
  }
  if (!fs::exists(below(access.root, "/etc/apt"), error)) {
    choice.reason = "dpkg is here, but apt is not configured (etc/apt)";
    return choice;
  }
  choice.fits = true;
  choice.reason =
      probe_program("patchstate-apt-probe").empty()
          ? "dpkg database and apt configuration found; asked through apt's commands (no patchstate-apt-probe)"
          : "dpkg database and apt configuration found; asked through patchstate-apt-probe";
  choice.collector = std::make_unique<AptCollector>(access);
  choice.fingerprint = fingerprint(access);
  choice.watched = watched_paths();
  return choice;
}

}  // namespace patchstate::apt
