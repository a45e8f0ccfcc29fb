// SPDX-License-Identifier: Apache-2.0
#include "platform/machine.h"

#include <algorithm>
#include <system_error>

#include <windows.h>
#include <fmt/core.h>

#include "platform/hypervisor_names.h"
#include "platform/registry.h"
#include "platform/windows/file_time.h"
#include "platform/windows/hypervisor.h"
#include "platform/windows/smbios.h"
#include "platform/windows/system_folder.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

constexpr const char* kVersionKey = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

/// Facts that may as well not be there: nothing of the kind is worth a failure.
template <class Read>
auto or_nothing(Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

}  // namespace

// HKLM\SOFTWARE\Microsoft\Cryptography, MachineGuid: "e2f3a1b4-5c6d-4e7f-8091-a2b3c4d5e6f7". Made by the setup, and
// anew by sysprep.
std::string machine_id(const std::filesystem::path& root) {
  if (root != "/") return {};
  auto text =
      or_nothing([] { return registry_string("SOFTWARE\\Microsoft\\Cryptography", "MachineGuid"); }).value_or("");
  std::erase(text, '-');
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::size_t kDigits = 32;
  const bool valid = text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos &&
                     text.find_first_not_of('0') != std::string::npos;
  return valid ? text : std::string();
}

std::string hostname(const std::filesystem::path& root) {
  if (root != "/") return {};
  wchar_t name[256];
  DWORD size = 256;
  return ::GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &size) != 0 ? narrow({name, size}) : "";
}

// "10.0.20348.2340": the fourth part is the update, which no function tells.
std::string running_kernel() {
  const auto text = [](const char* name) { return or_nothing([&] { return registry_string(kVersionKey, name); }); };
  const auto number = [](const char* name) { return or_nothing([&] { return registry_number(kVersionKey, name); }); };
  const auto build = text("CurrentBuildNumber");
  const auto major = number("CurrentMajorVersionNumber");
  if (!build || !major) return {};
  auto version = fmt::format("{}.{}.{}", *major, number("CurrentMinorVersionNumber").value_or(0), *build);
  if (const auto revision = number("UBR")) version += fmt::format(".{}", *revision);
  return version;
}

std::string running_kernel_build() {
  return or_nothing([] { return registry_string(kVersionKey, "BuildLabEx"); }).value_or("");
}

std::string machine_architecture() {
  USHORT process = IMAGE_FILE_MACHINE_UNKNOWN;
  USHORT machine = IMAGE_FILE_MACHINE_UNKNOWN;
  // Not GetNativeSystemInfo: to a program that is emulated it tells the emulated processor.
  ::IsWow64Process2(::GetCurrentProcess(), &process, &machine);
  switch (machine) {
    case IMAGE_FILE_MACHINE_AMD64:
      return "amd64";
    case IMAGE_FILE_MACHINE_ARM64:
      return "arm64";
    case IMAGE_FILE_MACHINE_I386:
      return "i386";
    default:
      return {};
  }
}

std::optional<std::chrono::sys_seconds> boot_time() {
  FILETIME now{};
  ::GetSystemTimeAsFileTime(&now);
  const std::chrono::nanoseconds since_epoch{nanoseconds_of(now)};
  const std::chrono::milliseconds up{static_cast<std::int64_t>(::GetTickCount64())};
  return std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(since_epoch - up)};
}

Virtualization virtualization(const std::filesystem::path& /*evidence*/) {
  // What a container of Windows is told by: its services read it themselves.
  const auto container =
      or_nothing([] { return registry_number("SYSTEM\\CurrentControlSet\\Control", "ContainerType"); });
  if (container) return {"container-other", true};
  const std::string dmi = machine_in_dmi(dmi_strings({}));
  // As on Linux: these run on KVM or Hyper-V interfaces, so their own name says more than the CPU does.
  for (const char* product : {"oracle", "amazon", "parallels", "google", "xen"})
    if (dmi == product) return {dmi, false};
  if (auto kind = machine_by_signature(hypervisor_signature()); !kind.empty()) return {std::move(kind), false};
  return {dmi.empty() ? "none" : dmi, false};
}

DmiStrings dmi_strings(const std::filesystem::path& /*folder*/) {
  constexpr DWORD kRawSmbios = 0x52534D42;  // 'RSMB'
  std::string table(::GetSystemFirmwareTable(kRawSmbios, 0, nullptr, 0), '\0');
  const UINT got = ::GetSystemFirmwareTable(kRawSmbios, 0, table.data(), static_cast<DWORD>(table.size()));
  table.resize(std::min<std::size_t>(got, table.size()));
  return dmi_strings_in(table);
}

// Windows replaces files that are in use at the next boot only, and says so (PendingFileRenameOperations).
DeletedFileScan scan_deleted_files(const std::filesystem::path& /*proc*/, std::chrono::milliseconds /*deadline*/) {
  DeletedFileScan scan;
  scan.complete = false;
  return scan;
}

std::filesystem::path system_directory() {
  wchar_t folder[MAX_PATH];
  const UINT length = ::GetSystemDirectoryW(folder, MAX_PATH);
  return std::wstring(folder, length);
}

}  // namespace patchstate
