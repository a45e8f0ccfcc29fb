// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include <cpuid.h>

#include "platform/linux/hypervisor.h"

namespace patchstate {

std::string hypervisor_signature() {
  constexpr unsigned kHypervisorPresent = 1U << 31U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kHypervisorPresent) == 0) return {};
  __cpuid(0x40000000U, eax, ebx, ecx, edx);
  std::array<char, 13> text{};
  std::memcpy(text.data(), &ebx, 4);
  std::memcpy(text.data() + 4, &ecx, 4);
  std::memcpy(text.data() + 8, &edx, 4);
  return text.data();
}

}  // namespace patchstate
