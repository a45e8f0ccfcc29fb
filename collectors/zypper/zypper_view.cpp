// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_view.h"

#include <array>
#include <system_error>

#include "platform/files.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

/// What zypper reads of a system, beside what it has fetched.
constexpr std::array kRead = {"/etc/zypp",         "/etc/products.d",       "/etc/os-release", "/usr/lib/os-release",
                              "/etc/SuSE-release", "/usr/lib/sysimage/rpm", "/var/lib/rpm"};

void link(const fs::path& view, const fs::path& root, const std::string& path) {
  const fs::path from = resolve_in_root(root, path);
  const fs::path to = below(view, path);
  std::error_code error;
  if (!fs::exists(from, error)) return;
  fs::create_directories(to.parent_path());
  fs::create_symlink(fs::absolute(from), to);
}

}  // namespace

void make_view(const fs::path& view, const fs::path& root) {
  // Repositories come and go: the links are made anew, the solver's caches stay.
  for (const char* const folder : {"etc", "usr", "var/lib", "var/cache/zypp/raw"}) fs::remove_all(view / folder);
  for (const char* const path : kRead) link(view, root, path);
  std::error_code error;
  for (fs::directory_iterator entry(resolve_in_root(root, "/var/cache/zypp/raw"), error), end; !error && entry != end;
       entry.increment(error))
    link(view, root, "/var/cache/zypp/raw/" + entry->path().filename().string());
}

}  // namespace patchstate::zypper
