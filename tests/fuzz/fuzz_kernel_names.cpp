// SPDX-License-Identifier: Apache-2.0
// Names of installed kernels, one a line: any file in /boot may be called anything.
#include <algorithm>
#include <string>
#include <vector>

#include "collectors/reboot/reboot_evidence.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= input.size() && names.size() < 50;) {
    const auto end = std::min(input.find('\n', at), input.size());
    names.emplace_back(input.substr(at, end - at));
    at = end + 1;
  }
  const auto newest = newest_kernel(names);
  test::must(newest.empty() || std::find(names.begin(), names.end(), newest) != names.end(),
             "the newest is one of them");
  std::reverse(names.begin(), names.end());
  newest_kernel(names);
}
