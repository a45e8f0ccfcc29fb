// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/installed_kernels.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "collectors/reboot/kernel_release.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// Links in a circle lead nowhere; what stands there is nothing.
fs::path folder_in(const fs::path& root, const char* path) {
  try {
    return resolve_in_root(root, path);
  } catch (const std::system_error&) {
    return below(root, path);
  }
}

std::set<std::string> names_in(const fs::path& folder, std::error_code& error) {
  constexpr std::size_t kMost = 10'000;
  std::set<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && names.size() < kMost;
       entry.increment(error))
    names.insert(entry->path().filename().string());
  return names;
}

bool has_image_in_boot(const std::set<std::string>& boot, const std::string& release) {
  // Image: SUSE on aarch64; image: SUSE on s390x; vmlinux: powerpc.
  for (const char* name : {"vmlinuz-", "vmlinux-", "Image-", "image-"})
    if (boot.contains(name + release)) return true;
  return false;
}

}  // namespace

InstalledKernels installed_kernels(const fs::path& root) {
  InstalledKernels found;
  std::error_code error;
  const auto boot = names_in(folder_in(root, "/boot"), error);
  found.images_unreadable = error == std::errc::permission_denied;
  const fs::path modules = folder_in(root, "/lib/modules");
  for (const auto& release : names_in(modules, error)) {
    std::error_code ignored;
    if (has_image_in_boot(boot, release) || fs::exists(modules / release / "vmlinuz", ignored))
      found.releases.push_back(release);
  }
  return found;
}

std::string kernel_to_compare(const InstalledKernels& installed, const std::string& running) {
  std::vector<std::string> same;
  std::copy_if(installed.releases.begin(), installed.releases.end(), std::back_inserter(same),
               [&](const std::string& release) { return same_kernel_flavour(release, running); });
  return newest_kernel(running.empty() || same.empty() ? installed.releases : same);
}

}  // namespace patchstate
