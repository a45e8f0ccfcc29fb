// SPDX-License-Identifier: Apache-2.0
// What the running kernel and the system below `root` say about this machine, raw. Nothing here blocks.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchstate {

/// Application-specific id, as machine-id(5) asks: HMAC-SHA256 keyed with the machine id over the product's name, first
/// 128 bits as a UUID (as sd_id128_get_machine_app_specific does). Empty when there is no valid machine id.
std::string host_id(const std::filesystem::path& root);
/// The confidential machine id itself, 32 hex digits, or empty. For phasing only: never into an assessment or a log.
std::string machine_id(const std::filesystem::path& root);
/// Of the running system when root is "/", else /etc/hostname below root.
std::string hostname(const std::filesystem::path& root);
std::string running_kernel();        ///< uname -r
std::string running_kernel_build();  ///< uname -v
std::string machine_architecture();  ///< uname -m
std::optional<std::chrono::sys_seconds> boot_time();

struct Virtualization {
  std::string kind;  ///< none, kvm, vmware, microsoft, xen, lxc, docker, podman, systemd-nspawn, …; empty: not known
  bool container = false;
};
/// By the same evidence as systemd-detect-virt, and in its words: /run/systemd/container, /proc/1/environ, /.dockerenv,
/// cgroups, namespaces, DMI, /sys/hypervisor, below `evidence`; the CPU is asked only about the machine itself ("/").
Virtualization virtualization(const std::filesystem::path& evidence = "/");

struct DmiStrings {
  std::string sys_vendor;
  std::string product_name;
  std::string chassis_asset_tag;
  std::string board_vendor;
  std::string bios_vendor;
  std::string product_uuid;
};
/// From `folder` (/sys/class/dmi/id); a string that can't be read is empty.
DmiStrings dmi_strings(const std::filesystem::path& folder);

struct ProcessUsingDeletedFile {
  int pid = 0;
  std::string name;  ///< /proc/PID/comm
  std::string file;  ///< first deleted library or program it still executes
};
struct DeletedFileScan {
  std::vector<ProcessUsingDeletedFile> processes;
  int readable = 0;      ///< processes whose maps could be read
  int unreadable = 0;    ///< processes of others: a scan without privileges proves little
  bool complete = true;  ///< false: the deadline ran out first, or there is no proc
};
/// Processes that still execute a library or program that was replaced on disk. Reads only maps and comm of processes;
/// stops at `deadline`.
DeletedFileScan scan_deleted_files(const std::filesystem::path& proc, std::chrono::milliseconds deadline);

}  // namespace patchstate
