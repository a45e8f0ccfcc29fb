// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/repomd_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& file : rpm::parse_repomd(input).files)
    test::must(!file.type.empty() && !file.location.empty(), "a file has a type and a place");
  test::must(rpm::parse_expiry(input).value_or(std::chrono::seconds{1}).count() > 0, "what expires does so later");
}
