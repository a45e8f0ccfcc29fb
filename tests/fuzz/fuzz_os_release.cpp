// SPDX-License-Identifier: Apache-2.0
// os-release(5), and the end-of-support table it is looked up in. Input: the two texts, divided by a line "---".
#include "collectors/host/end_of_support.h"
#include "collectors/host/os_release.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto line = input.find("\n---\n");
  const auto keys = parse_os_release(input.substr(0, line));
  for (const auto& [key, value] : keys) test::must(!key.empty(), "a key has a name");
  operating_system(keys);
  const auto table = line == std::string_view::npos ? std::string_view() : input.substr(line + 5);
  for (const bool esm : {false, true})
    if (const auto end = end_of_support(keys, table, esm)) test::must(!end->source.empty(), "a date names its source");
}
