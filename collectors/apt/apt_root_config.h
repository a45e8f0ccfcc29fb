// SPDX-License-Identifier: Apache-2.0
// How apt is pointed at a system in a folder (an image, a chroot) without changing root and without running anything of
// it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchstate::apt {

/// Text for the file in $APT_CONFIG: `folder` stands for "/" in apt's own paths, `status` is dpkg's status file.
/// Throws CollectorError for paths that apt's syntax can't hold.
std::string root_config(const std::filesystem::path& folder, const std::filesystem::path& status,
                        const std::vector<std::string>& architectures);

/// A file for as long as this object lives: in `folder`, or in a temporary folder of its own where that is empty.
class ConfigFile {
 public:
  ConfigFile(const std::filesystem::path& folder, const std::string& content);
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path own_folder_;
};

}  // namespace patchstate::apt
