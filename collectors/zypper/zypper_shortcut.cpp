// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_shortcut.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <unordered_set>

#include "collectors/zypper/zypper_fast_path.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

/// 0.1 s with 20,000 packages and 5,000 patches; where it takes longer, zypper is no worse.
constexpr auto kDeadline = std::chrono::seconds{30};
constexpr std::size_t kLargestConfig = 1U << 20U;
constexpr const char* kBaseProduct = "/etc/products.d/baseproduct";
constexpr std::array kSettings = {"/etc/zypp/zypp.conf", "/usr/etc/zypp/zypp.conf"};
constexpr std::array kSettingFolders = {"/etc/zypp/zypp.conf.d", "/usr/etc/zypp/zypp.conf.d"};

/// Some zyppers read the settings of the system they run on, also for another root.
bool has_unusual_settings(const fs::path& root) {
  for (const fs::path& system : {root, fs::path("/")}) {
    for (const char* const path : kSettings)
      if (!unusual_settings(read_file_if_there(below(system, path), kLargestConfig).value_or("")).empty()) return true;
    std::error_code error;
    for (const char* const folder : kSettingFolders)
      if (fs::exists(below(system, folder), error) && !fs::is_empty(below(system, folder), error)) return true;
  }
  return false;
}

/// "requires:" of what is installed asks for nothing, as nothing is removed where the probe is believed.
bool has_system_checks(const fs::path& root, const Snapshot& snapshot) {
  std::error_code error;
  const fs::path folder = below(root, "/etc/zypp/systemCheck.d");
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) return true;
  const auto checks =
      system_checks(read_file_if_there(below(root, "/etc/zypp/systemCheck"), kLargestConfig).value_or(""));
  return std::any_of(checks.begin(), checks.end(), [&](const std::string& check) {
    return std::none_of(snapshot.installed.begin(), snapshot.installed.end(),
                        [&](const auto& package) { return check == "requires:" + package.name; });
  });
}

/// zypper warns of that beside its lists.
bool lacks_base_product(const fs::path& root) {
  std::error_code error;
  return fs::exists(below(root, "/etc/products.d"), error) && !fs::exists(resolve_in_root(root, kBaseProduct), error);
}

Command probe_command(const HostAccess& access, const fs::path& probe, const Snapshot& snapshot) {
  Command command;
  command.argv = {probe.string(), "--root", access.root.string()};
  for (const auto& one : snapshot.repositories)
    command.argv.insert(command.argv.end(), {"--repository", one.config.id, one.config.file});
  command.deadline = kDeadline;
  command.memory_cap = PATCHSTATE_PROBE_MEMORY_CAP;
  return command;
}

}  // namespace

bool ask_probe(const HostAccess& access, Snapshot& snapshot) {
  const fs::path probe = probe_program("patchstate-solv-probe");
  if (probe.empty() || !needs_zypper(snapshot).empty()) return false;
  try {
    if (has_unusual_settings(access.root) || has_system_checks(access.root, snapshot) ||
        lacks_base_product(access.root))
      return false;
    const ProcessResult result = access.runner.run(probe_command(access, probe, snapshot));
    if (!result.ok()) return false;
    ProbeAnswer answer = parse_probe_output(result.out);
    if (!needs_zypper(answer, snapshot).empty()) return false;
    take(std::move(answer), snapshot);
    return true;
  } catch (const CollectorError&) {
  } catch (const std::system_error&) {
  }
  return false;  // zypper answers, or says itself what is wrong
}

}  // namespace patchstate::zypper
