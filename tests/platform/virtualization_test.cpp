// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "platform/machine.h"
#include "platform/process_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

struct Evidence {
  std::map<std::string, std::string> files;
  const char* kind;
};

const std::string kNul(1, '\0');

Virtualization read(const Evidence& evidence) {
  const test::TemporaryFolder root;
  for (const auto& [name, content] : evidence.files)
    if (name == "proc/self/ns/pid")
      root.link(name, content);
    else
      root.write(name, content);
  return virtualization(root.path());
}

}  // namespace

TEST_CASE("edge-130: a container is recognised by any of its traces") {
  const Evidence cases[] = {
      {{{"run/systemd/container", "lxc\n"}}, "lxc"},
      {{{"run/systemd/container", "systemd-nspawn"}}, "systemd-nspawn"},
      {{{"proc/1/environ", "PATH=/bin" + kNul + "container=podman" + kNul + "HOME=/" + kNul}}, "podman"},
      {{{"proc/1/environ", "container=oci" + kNul}, {".dockerenv", ""}}, "docker"},
      {{{"proc/1/environ", "container=oci" + kNul}}, "container-other"},
      {{{"run/host/container-manager", "mock\n"}}, "mock"},
      {{{"run/.containerenv", ""}}, "podman"},
      {{{".dockerenv", ""}}, "docker"},
      {{{"run/secrets/kubernetes.io/serviceaccount/token", "x"}}, "kubernetes"},
      {{{"proc/1/cgroup", "12:pids:/docker/0123456789abcdef\n0::/\n"}}, "docker"},
      {{{"proc/1/cgroup", "0::/kubepods.slice/kubepods-pod1.slice\n"}}, "kubernetes"},
      {{{"proc/1/cgroup", "4:cpu:/lxc/web1\n"}}, "lxc"},
      {{{"proc/vz/version", ""}}, "openvz"},
      {{{"proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n"}}, "wsl"},
      {{{"proc/self/ns/pid", "pid:[4026532841]"}}, "container-other"},
      {{{"run/systemd/container", "<script>alert(1)</script>\n"}}, "container-other"},
      {{{"run/systemd/container", std::string(100'000, 'a')}}, "container-other"}};
  for (const auto& evidence : cases) {
    CAPTURE(evidence.files.begin()->first);
    const auto found = read(evidence);
    CHECK(found.kind == evidence.kind);
    CHECK(found.container);
  }
}

TEST_CASE("a machine is recognised by what its firmware and kernel tell") {
  const std::string dmi = "sys/class/dmi/id/";
  const Evidence cases[] = {
      {{}, "none"},
      {{{"proc/self/ns/pid", "pid:[4026531836]"}, {"proc/1/cgroup", "0::/init.scope\n"}}, "none"},
      {{{dmi + "sys_vendor", "Dell Inc.\n"}, {dmi + "product_name", "PowerEdge R640\n"}}, "none"},
      {{{dmi + "sys_vendor", "QEMU\n"}}, "qemu"},
      {{{dmi + "product_name", "KVM\n"}}, "kvm"},
      {{{dmi + "sys_vendor", "VMware, Inc.\n"}}, "vmware"},
      {{{dmi + "sys_vendor", "Microsoft Corporation\n"}, {dmi + "product_name", "Virtual Machine\n"}}, "microsoft"},
      {{{dmi + "sys_vendor", "Microsoft Corporation\n"}, {dmi + "product_name", "Surface Pro\n"}}, "none"},
      {{{dmi + "sys_vendor", "innotek GmbH\n"}, {dmi + "product_name", "VirtualBox\n"}}, "oracle"},
      {{{dmi + "sys_vendor", "Amazon EC2\n"}, {dmi + "product_name", "m5.large\n"}}, "amazon"},
      {{{dmi + "sys_vendor", "Amazon EC2\n"}, {dmi + "product_name", "m5.metal\n"}}, "none"},
      {{{dmi + "sys_vendor", "Google\n"}, {dmi + "product_name", "Google Compute Engine\n"}}, "google"},
      {{{"sys/hypervisor/type", "xen\n"}}, "xen"},
      {{{"sys/hypervisor/type", "xen\n"}, {"proc/xen/capabilities", "control_d\n"}}, "none"},
      {{{"proc/device-tree/hypervisor/compatible", "linux,kvm" + kNul}}, "kvm"}};
  for (const auto& evidence : cases) {
    CAPTURE(evidence.kind);
    CAPTURE(evidence.files.size());
    const auto found = read(evidence);
    CHECK(found.kind == evidence.kind);
    CHECK_FALSE(found.container);
  }
}

TEST_CASE("this machine is what systemd-detect-virt says") {
  const auto ask = [](const char* option) {
    Command command;
    command.argv = {"systemd-detect-virt", option};
    return SystemProcessRunner().run(command);
  };
  const auto any = ask("--quiet");
  if (any.ending != Ending::exited) {
    MESSAGE("skipped: no systemd-detect-virt here");
    return;
  }
  const auto found = virtualization();
  CHECK(found.container == ask("--container").ok());
  Command command;
  command.argv = {"systemd-detect-virt"};
  CHECK(found.kind + "\n" == SystemProcessRunner().run(command).out);
}
