// SPDX-License-Identifier: Apache-2.0
// Where this program keeps its own things.
#pragma once

#include <filesystem>
#include <string>

namespace patchstate {

/// What nobody may lose: last assessment, spool. $STATE_DIRECTORY (systemd), else /var/lib/patchstate for root, else
/// $XDG_STATE_HOME/patchstate or ~/.local/state/patchstate. Empty when this user has no home.
std::filesystem::path state_folder();
/// Where the service keeps its state, whoever asks: /var/lib/patchstate.
std::filesystem::path system_state_folder();
/// What may be lost: package cache, last findings. $CACHE_DIRECTORY, /var/cache/patchstate,
/// $XDG_CACHE_HOME/patchstate or ~/.cache/patchstate. Empty when this user has no home.
std::filesystem::path cache_folder();
/// Secrets that systemd hands over to this unit alone (systemd.exec(5), CREDENTIALS_DIRECTORY); empty: none.
std::filesystem::path credentials_folder();
/// /etc/patchstate/patchstate.toml
std::filesystem::path default_config_file();
/// The probe program `name`: beside this executable, else in ../libexec/patchstate/, else empty.
std::filesystem::path probe_program(const std::string& name);
/// This executable.
std::filesystem::path own_program();

}  // namespace patchstate
