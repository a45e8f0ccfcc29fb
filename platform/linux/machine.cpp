// SPDX-License-Identifier: Apache-2.0
#include "platform/machine.h"

#include <climits>
#include <ctime>
#include <system_error>

#include <sys/utsname.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/linux/small_file.h"

namespace patchstate {
namespace {

utsname kernel_names() {
  utsname names{};
  ::uname(&names);
  return names;
}

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

std::string hostname(const std::filesystem::path& root) {
  if (root == "/") {
    char name[HOST_NAME_MAX + 1] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
  }
  try {
    return first_line(resolve_in_root(root, "/etc/hostname"));
  } catch (const std::system_error&) {
    return {};  // links in a circle
  }
}

std::string running_kernel() {
  return kernel_names().release;
}

std::string running_kernel_build() {
  return kernel_names().version;
}

std::string machine_architecture() {
  return kernel_names().machine;
}

// As the kernel computes btime of /proc/stat, without the cost of that file (every interrupt of every CPU).
std::optional<std::chrono::sys_seconds> boot_time() {
  const auto since_epoch = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
  if (since_epoch <= std::chrono::seconds{0}) return std::nullopt;  // a clock that was never set
  return std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(since_epoch)};
}

DmiStrings dmi_strings(const std::filesystem::path& folder) {
  return {.sys_vendor = first_line(folder / "sys_vendor"),
          .product_name = first_line(folder / "product_name"),
          .chassis_asset_tag = first_line(folder / "chassis_asset_tag"),
          .board_vendor = first_line(folder / "board_vendor"),
          .bios_vendor = first_line(folder / "bios_vendor"),
          .product_uuid = first_line(folder / "product_uuid")};
}

}  // namespace patchstate
