// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <string>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/host/host_facts.h"
#include "collectors/host/windows_support.h"
#include "platform/machine.h"
#include "platform/registry.h"

namespace patchstate {
namespace {

constexpr const char* kVersionKey = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
constexpr int kFirstWindows11 = 22000;

std::string text(const char* name) {
  return clean_text(registry_string(kVersionKey, name).value_or(""), 256);
}

int number_in(const std::string& digits) {
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// ProductName of Windows 11 still says "Windows 10 Pro"; of a server it is right.
std::string product_name(int build) {
  constexpr std::string_view kWindows10 = "Windows 10";
  auto name = text("ProductName");
  if (build >= kFirstWindows11 && name.starts_with(kWindows10)) name.replace(0, kWindows10.size(), "Windows 11");
  return name;
}

// HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion: ProductName "Windows Server 2022 Datacenter", DisplayVersion
// "21H2", EditionID "ServerDatacenter", CurrentBuildNumber "20348", UBR 2340.
void read_os(OperatingSystem& os) {
  os.id = "windows";
  os.version_id = clean_text(running_kernel(), 64);
  os.codename = text("DisplayVersion");
  const int build = number_in(text("CurrentBuildNumber"));
  os.name = product_name(build);
  if (!os.codename.empty()) os.name += " " + os.codename;
  if (const auto end = windows_end_of_support(build, text("EditionID"))) {
    os.end_of_support = end->date;
    os.end_of_support_source = end->source;
  }
}

}  // namespace

HostFacts read_host_facts(const HostAccess& access) {
  HostFacts facts;
  if (access.root != "/") return facts;  // no other system than the running one can be read here
  Host& host = facts.host;
  host.id = host_id(access.root);
  host.hostname = clean_text(hostname(access.root), 256);
  host.arch = machine_architecture();
  host.kernel_running = clean_text(running_kernel(), 64);
  host.boot_time = boot_time();
  const auto around = virtualization();
  host.virtualization = around.kind;
  host.container = around.container;
  const auto doubt = [&facts](std::string message) {
    facts.warnings.push_back(
        {"windows_version_unknown", std::move(message), std::string("HKLM\\") + kVersionKey, true});
  };
  try {
    read_os(host.os);
  } catch (const std::system_error& error) {
    doubt(clean_text(error.what()));
    return facts;
  }
  if (host.os.version_id.empty()) doubt("the registry does not tell which Windows this is");
  return facts;
}

}  // namespace patchstate
