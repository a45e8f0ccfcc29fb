// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>
#include <string_view>

#include <unistd.h>

#include "platform/files.h"
#include "platform/hypervisor_names.h"
#include "platform/linux/hypervisor.h"
#include "platform/linux/small_file.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  return ::access(path.c_str(), F_OK) == 0;
}
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A name from outside goes no further unless it looks like one.
std::string container_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  const bool fine = text.size() <= 32 && text.find_first_not_of(kAllowed) == std::string_view::npos;
  return fine ? std::string(text) : "container-other";
}

/// The value of container= among NUL-separated variables.
std::string container_variable(std::string_view environment) {
  constexpr std::string_view kName = "container=";
  while (!environment.empty()) {
    const auto variable = environment.substr(0, environment.find('\0'));
    if (variable.starts_with(kName)) return std::string(variable.substr(kName.size()));
    environment.remove_prefix(std::min(variable.size() + 1, environment.size()));
  }
  return {};
}

/// "12:pids:/docker/0123…": names of a manager in the cgroup of PID 1. With cgroup v2 a container sees only "0::/".
std::string container_in_cgroup(std::string_view cgroup) {
  struct {
    std::string_view part;
    const char* kind;
  } constexpr kManagers[] = {{"/docker", "docker"},
                             {"/kubepods", "kubernetes"},
                             {"/libpod", "podman"},
                             {"/lxc/", "lxc"},
                             {"/lxc.payload", "lxc"},
                             {"/containerd", "containerd"},
                             {"/machine.slice/", "container-other"}};
  for (const auto& [part, kind] : kManagers)
    if (contains(cgroup, part)) return kind;
  return {};
}

/// True when PID 1 here is not the machine's first process: its namespace has a fixed number in every kernel.
bool in_pid_namespace(const fs::path& root) {
  char target[64];
  const ssize_t length = ::readlink((root / "proc/self/ns/pid").c_str(), target, sizeof target);
  return length > 0 && std::string_view(target, static_cast<std::size_t>(length)) != "pid:[4026531836]";
}

/// Name of the container's kind; empty outside of any.
std::string container_kind(const fs::path& root) {
  if (is_there(root / "proc/vz") && !is_there(root / "proc/bc")) return "openvz";
  const std::string release = small_file(root / "proc/sys/kernel/osrelease");
  if (contains(release, "Microsoft") || contains(release, "WSL")) return "wsl";

  std::string told = first_line(root / "run/systemd/container");
  if (told.empty()) told = container_variable(small_file(root / "proc/1/environ"));
  if (told.empty()) told = first_line(root / "run/host/container-manager");
  if (!told.empty() && told != "oci") return container_name(told);

  if (is_there(root / "run/.containerenv")) return "podman";
  if (is_there(root / ".dockerenv")) return "docker";
  if (is_there(root / "run/secrets/kubernetes.io")) return "kubernetes";
  if (auto kind = container_in_cgroup(small_file(root / "proc/1/cgroup")); !kind.empty()) return kind;
  if (!told.empty()) return "container-other";
  return in_pid_namespace(root) ? "container-other" : "";
}

std::string machine_kind(const fs::path& root, std::string_view signature) {
  std::string dmi = machine_in_dmi(dmi_strings(root / "sys/class/dmi/id"));
  // These run on KVM or Hyper-V interfaces, so their own name says more than the CPU does.
  for (const char* product : {"oracle", "amazon", "parallels", "google", "xen"})
    if (dmi == product) return dmi;
  if (first_line(root / "sys/hypervisor/type") == "xen")
    return contains(small_file(root / "proc/xen/capabilities"), "control_d") ? "none" : "xen";
  if (auto kind = machine_by_signature(signature); !kind.empty()) return kind;
  if (!dmi.empty()) return dmi;
  const std::string compatible = small_file(root / "proc/device-tree/hypervisor/compatible");
  if (contains(compatible, "linux,kvm")) return "kvm";
  if (contains(compatible, "xen")) return "xen";
  return compatible.empty() ? "none" : "vm-other";
}

}  // namespace

Virtualization virtualization(const fs::path& root) {
  if (auto kind = container_kind(root); !kind.empty()) return {std::move(kind), true};
  return {machine_kind(root, root == "/" ? hypervisor_signature() : std::string()), false};
}

}  // namespace patchstate
