// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/host_facts.h"

#include <map>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/host/installed_kernels.h"
#include "collectors/host/os_release.h"
#include "collectors/host/package_architecture.h"
#include "collectors/host/support_facts.h"
#include "platform/files.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOsRelease = "/etc/os-release";

/// Which system it is. Without that, nobody can say whether it still gets security updates: `incomplete`.
void read_os(const fs::path& root, Time now, HostFacts& facts) {
  const auto doubt = [&](const char* code, std::string message) {
    facts.warnings.push_back({code, std::move(message), kOsRelease, true});
  };
  std::map<std::string, std::string> values;
  std::vector<std::string> not_understood;
  try {
    const auto text = read_os_release(root);
    if (!text) return doubt("os_release_missing", "there is no os-release file: which system this is can't be said");
    values = parse_os_release(*text, &not_understood);
    if (!text->ends_with('\n')) doubt("os_release_lines", "the os-release file ends in the middle of a line");
  } catch (const std::system_error& error) {
    return doubt("os_release_unreadable", clean_text(error.what()));
  }
  facts.host.os = operating_system(values);
  if (facts.host.os.id.empty())
    doubt("os_release_unreadable", "the os-release file names no ID: which system this is can't be said");
  if (!not_understood.empty())
    facts.warnings.push_back({"os_release_lines",
                              fmt::format("{} lines of os-release are no KEY=value, the first one is \"{}\"",
                                          not_understood.size(), clean_text(not_understood.front(), 100)),
                              kOsRelease, true});
  if (const auto end = read_end_of_support(root, values, facts.host.arch, now)) {
    facts.host.os.end_of_support = end->date;
    facts.host.os.end_of_support_source = end->source;
  }
}

void read_kernels(const fs::path& root, HostFacts& facts) {
  const auto kernels = installed_kernels(root);
  facts.host.kernel_installed = clean_text(kernel_to_compare(kernels, facts.host.kernel_running), 256);
  if (kernels.images_unreadable)
    facts.warnings.push_back({"boot_unreadable",
                              "/boot can't be looked into: which kernels are installed is not known, and so whether a "
                              "reboot is pending; run as root to know",
                              "/boot", false});
}

void read_running_system(Host& host) {
  host.kernel_running = clean_text(running_kernel(), 256);
  host.boot_time = boot_time();
  const auto around = virtualization();
  host.virtualization = around.kind;
  host.container = around.container;
}

}  // namespace

HostFacts read_host_facts(const HostAccess& access) {
  HostFacts facts;
  facts.host.id = host_id(access.root);
  facts.host.hostname = clean_text(hostname(access.root), 256);
  facts.host.arch = package_architecture(access.root);
  if (access.root == "/") read_running_system(facts.host);
  read_os(access.root, access.now, facts);
  read_kernels(access.root, facts);
  return facts;
}

}  // namespace patchstate
