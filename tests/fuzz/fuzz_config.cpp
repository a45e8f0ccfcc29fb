// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "agent/config.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const std::vector<std::string> collectors = {"apt"};
  for (const auto& error : parse_config(input, "patchstate.toml", collectors).errors)
    test::must(error.rfind("patchstate.toml:", 0) == 0, "an error names file and line");
}
