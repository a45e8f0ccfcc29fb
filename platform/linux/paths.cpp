// SPDX-License-Identifier: Apache-2.0
#include "platform/paths.h"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// An absolute path from the environment; systemd separates several folders by colons, the first is ours. The XDG rules
/// say that a relative path is to be ignored.
fs::path absolute_from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value != '/') return {};
  const std::string_view text = value;
  return text.substr(0, text.find(':'));
}

fs::path own_folder(const char* systemd_name, const char* system_folder, const char* xdg_name,
                    const char* home_folder) {
  if (auto folder = absolute_from_environment(systemd_name); !folder.empty()) return folder;
  if (::geteuid() == 0) return system_folder;
  if (const auto folder = absolute_from_environment(xdg_name); !folder.empty()) return folder / "patchstate";
  const auto home = absolute_from_environment("HOME");
  return home.empty() ? home : home / home_folder / "patchstate";
}

}  // namespace

fs::path state_folder() {
  return own_folder("STATE_DIRECTORY", "/var/lib/patchstate", "XDG_STATE_HOME", ".local/state");
}

fs::path system_state_folder() {
  return "/var/lib/patchstate";
}

fs::path cache_folder() {
  return own_folder("CACHE_DIRECTORY", "/var/cache/patchstate", "XDG_CACHE_HOME", ".cache");
}

fs::path credentials_folder() {
  return absolute_from_environment("CREDENTIALS_DIRECTORY");
}

fs::path default_config_file() {
  return "/etc/patchstate/patchstate.toml";
}

fs::path own_program() {
  return fs::read_symlink("/proc/self/exe");
}

fs::path probe_program(const std::string& name) {
  const auto folder = own_program().parent_path();
  for (const auto& candidate : {folder / name, folder.parent_path() / "libexec" / "patchstate" / name})
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return {};
}

}  // namespace patchstate
