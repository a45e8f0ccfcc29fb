// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/reboot_evidence.h"

#include <algorithm>
#include <system_error>

#include "assessment/assessment_json.h"
#include "collectors/reboot/kernel_image.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& root, const char* path) {
  std::error_code ignored;
  return fs::exists(below(root, path), ignored);
}

/// /run/reboot-required.pkgs, one name a line, repeated as often as packages asked:
/// linux-image-6.1.0-13-amd64
/// dbus
std::vector<std::string> package_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    std::string name = clean_text(line, 200);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return names;
}

void read_files(const fs::path& root, RebootFacts& facts) {
  constexpr std::size_t kMaxList = 64U << 10U;
  for (const char* path : {"/run/reboot-required", "/run/reboot-needed"})
    if (facts.reboot_required_file.empty() && is_there(root, path)) facts.reboot_required_file = path;
  if (facts.reboot_required_file.empty()) return;
  try {
    facts.reboot_packages = package_names(read_head(below(root, "/run/reboot-required.pkgs"), kMaxList));
  } catch (const std::system_error&) {
    // The list only explains; that there is none is common.
    facts.reboot_packages.clear();
  }
}

/// Build of the installed image of the running release; empty where it can't be read, which only root can on Ubuntu.
std::string installed_build(const fs::path& root, const std::string& release) {
  for (const std::string& path : {"/boot/vmlinuz-" + release, "/lib/modules/" + release + "/vmlinuz"}) {
    try {
      return kernel_build(read_head(below(root, path), kKernelImageHead));
    } catch (const std::system_error&) {
      continue;
    }
  }
  return {};
}

}  // namespace

RebootEvidence read_reboot_evidence(const HostAccess& access, const Host& host, std::chrono::milliseconds deadline) {
  const auto start = std::chrono::steady_clock::now();
  RebootFacts facts;
  facts.running_system = access.root == "/";
  if (!facts.running_system) return judge_reboot(facts);
  facts.container = host.container;
  facts.kernel_running = host.kernel_running;
  facts.kernel_installed = host.kernel_installed;
  facts.kernel_build_running = running_kernel_build();
  if (!facts.container) facts.kernel_build_installed = installed_build(access.root, host.kernel_running);
  read_files(access.root, facts);
  // The boot of a container is the host's (edge-130).
  facts.boot_time = host.boot_time;
  if (!facts.container) facts.rpm = read_rpm_install_times(access, deadline / 2);
  const auto spent = std::chrono::steady_clock::now() - start;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - spent);
  facts.deleted_files = scan_deleted_files(access.root / "proc", std::max(left, std::chrono::milliseconds{0}));
  return judge_reboot(facts);
}

}  // namespace patchstate
