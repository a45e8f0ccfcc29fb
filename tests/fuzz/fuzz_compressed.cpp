// SPDX-License-Identifier: Apache-2.0
#include <system_error>

#include "collectors/rpm/compressed_file.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  constexpr std::size_t kMost = 1U << 20U;
  try {
    test::must(rpm::decompress(input, kMost, "input").size() <= kMost, "no more comes out than is allowed");
  } catch (const std::system_error& error) {
    test::must(error.code().value() != 0, "an error has a code");
  }
}
