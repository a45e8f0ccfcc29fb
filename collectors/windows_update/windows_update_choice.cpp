// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <fmt/core.h>

#include "collectors/windows_update/windows_update_collector.h"
#include "platform/files.h"
#include "platform/machine.h"
#include "platform/registry.h"

namespace patchstate::windows_update {
namespace {

namespace fs = std::filesystem;

/// What an installation, a removal, a policy, a restart or the agent's own search changes.
constexpr std::array kKeys = {
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing",
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages",
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update",
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired",
    "SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate",
    "SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU",
    "SOFTWARE\\Microsoft\\PolicyManager\\current\\device\\Update",
    "SYSTEM\\CurrentControlSet\\Services\\wuauserv",
};
/// Those that say so at once, and that no search of ours changes: it would be the reason of the next.
constexpr std::array kWatched = {
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired",
    "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate",
    "HKLM\\SOFTWARE\\Microsoft\\PolicyManager\\current\\device\\Update",
};

/// Where the agent keeps what it was told, what is hidden, and what it did.
fs::path data_store() {
  const auto root = registry_string("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "SystemRoot");
  return fs::path(root.value_or("C:\\Windows")) / "SoftwareDistribution" / "DataStore" / "DataStore.edb";
}

std::string fingerprint(const HostAccess& access) {
  std::string text = "windows_update 1\n";
  for (const char* const key : kKeys) {
    const auto written = registry_key_written(key);
    text += fmt::format("{} {}\n", key, written ? written->time_since_epoch().count() : 0);
  }
  const FileStamp store = stamp(data_store());
  text += fmt::format("{} {} {}\n", store.inode, store.size, store.mtime_ns);
  if (const auto booted = boot_time()) text += fmt::format("{}\n", booted->time_since_epoch().count());
  const FileStamp package = access.offline_cab.empty() ? FileStamp{} : stamp(access.offline_cab);
  text += fmt::format("{} {} {}\n", package.inode, package.size, package.mtime_ns);
  return text;
}

}  // namespace

CollectorChoice choose_windows_update(const HostAccess& access) {
  CollectorChoice choice;
  choice.source = "windows_update";
  choice.service = PatchService::WU;
  if (access.root != "/") {
    choice.reason = "the Windows Update Agent answers for the running system alone, not for another root";
    return choice;
  }
  choice.fits = true;
  choice.reason = access.offline_cab.empty() ? "the Windows Update Agent is a part of Windows"
                                             : "the Windows Update Agent is a part of Windows; asked of a scan package";
  choice.collector = std::make_unique<WindowsUpdateCollector>(access);
  choice.fingerprint = fingerprint(access);
  for (const char* const key : kWatched) choice.watched.emplace_back(key);
  return choice;
}

}  // namespace patchstate::windows_update
