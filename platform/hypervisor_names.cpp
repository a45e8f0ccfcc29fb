// SPDX-License-Identifier: Apache-2.0
#include "platform/hypervisor_names.h"

namespace patchstate {

std::string machine_in_dmi(const DmiStrings& dmi) {
  struct {
    std::string_view prefix;
    const char* kind;
  } constexpr kVendors[] = {{"KVM", "kvm"},
                            {"OpenStack", "kvm"},
                            {"KubeVirt", "kvm"},
                            {"Amazon EC2", "amazon"},
                            {"QEMU", "qemu"},
                            {"VMware", "vmware"},
                            {"VMW", "vmware"},
                            {"innotek GmbH", "oracle"},
                            {"VirtualBox", "oracle"},
                            {"Xen", "xen"},
                            {"Bochs", "bochs"},
                            {"Parallels", "parallels"},
                            {"BHYVE", "bhyve"},
                            {"Hyper-V", "microsoft"},
                            {"Apple Virtualization", "apple"},
                            {"Google Compute Engine", "google"}};
  if (dmi.product_name.ends_with(".metal")) return {};  // a whole Amazon machine, rented
  if (dmi.sys_vendor == "Microsoft Corporation" && dmi.product_name == "Virtual Machine") return "microsoft";
  for (const auto* text : {&dmi.product_name, &dmi.sys_vendor, &dmi.board_vendor, &dmi.bios_vendor})
    for (const auto& [prefix, kind] : kVendors)
      if (text->starts_with(prefix)) return kind;
  return {};
}

std::string machine_by_signature(std::string_view signature) {
  struct {
    std::string_view signature;
    const char* kind;
  } constexpr kHypervisors[] = {{"KVMKVMKVM", "kvm"},         {"Linux KVM Hv", "kvm"},       {"TCGTCGTCGTCG", "qemu"},
                                {"VMwareVMware", "vmware"},   {"Microsoft Hv", "microsoft"}, {"XenVMMXenVMM", "xen"},
                                {"bhyve bhyve ", "bhyve"},    {"QNXQVMBSQG", "qnx"},         {"ACRNACRNACRN", "acrn"},
                                {" lrpepyh  vr", "parallels"}};
  for (const auto& [known, kind] : kHypervisors)
    if (signature == known) return kind;
  return signature.empty() ? "" : "vm-other";
}

}  // namespace patchstate
