// SPDX-License-Identifier: Apache-2.0
// What every fuzz target shares: the input as text, and a check that no build flag removes.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace patchstate::test {

/// What must hold for every input; libFuzzer reports the abort as a finding.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace patchstate::test

/// Each target defines this one function.
void fuzz(std::string_view input);
