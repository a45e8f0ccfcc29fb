// SPDX-License-Identifier: Apache-2.0
// Names of installed kernels, one a line: any file in /boot may be called anything.
#include <algorithm>
#include <string>
#include <vector>

#include "collectors/reboot/kernel_release.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= input.size() && names.size() < 20;) {
    const auto end = std::min(input.find('\n', at), input.size());
    names.emplace_back(input.substr(at, end - at));
    at = end + 1;
  }
  const auto newest = newest_kernel(names);
  test::must(newest.empty() || std::find(names.begin(), names.end(), newest) != names.end(),
             "the newest is one of them");
  for (const auto& one : names) {
    test::must(newest.empty() || compare_kernels(one, newest) <= 0, "none is newer than the newest");
    for (const auto& other : names) {
      const auto sign = [](int order) { return (order > 0) - (order < 0); };
      test::must(sign(compare_kernels(one, other)) == -sign(compare_kernels(other, one)),
                 "older is the reverse of newer");
      test::must(same_kernel_flavour(one, other) == same_kernel_flavour(other, one), "sameness has no direction");
    }
    kernel_flavour(one);
  }
}
