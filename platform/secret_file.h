// SPDX-License-Identifier: Apache-2.0
// Secrets come from files only their owner may read, never from the command line or the environment.
#pragma once

#include <filesystem>
#include <string>

namespace patchstate {

/// Either the secret or what is wrong with its file, with the command that mends it.
struct SecretResult {
  std::string secret;
  std::string problem;
};

/// The content without the white space around it. Others who may read or change the file, an owner who is neither this
/// user nor root, and an empty file are problems. Throws std::system_error: not there, no regular file, too long.
SecretResult read_secret(const std::filesystem::path& path);

/// Keeps a secret durably so that read_secret reads it: for this user only, and on Windows protected for this machine
/// (DPAPI) besides, so that a copy of the disk does not give it away.
void write_secret(const std::filesystem::path& path, const std::string& secret);

}  // namespace patchstate
