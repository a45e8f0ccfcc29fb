// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include <intrin.h>

#include "platform/windows/hypervisor.h"

namespace patchstate {

std::string hypervisor_signature() {
  std::array<int, 4> registers{};
  __cpuid(registers.data(), 1);
  constexpr unsigned kHypervisorPresent = 1U << 31U;
  if ((static_cast<unsigned>(registers[2]) & kHypervisorPresent) == 0) return {};
  __cpuid(registers.data(), 0x40000000);
  std::array<char, 13> text{};
  std::memcpy(text.data(), &registers[1], 12);
  const std::string signature = text.data();
  if (signature != "Microsoft Hv" || registers[0] < 0x40000003) return signature;
  constexpr unsigned kCreatePartitions = 1U;  // what only the root partition may do (Hyper-V TLFS, 0x40000003 EBX)
  __cpuid(registers.data(), 0x40000003);
  return (static_cast<unsigned>(registers[1]) & kCreatePartitions) != 0 ? std::string() : signature;
}

}  // namespace patchstate
