// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/ubuntu_pro_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (esm_status(input, {}) == EsmStatus::enabled)
    test::must(input.find("true") != std::string_view::npos, "attached is what the client says");
  if (names_a_source(input))
    test::must(input.find_first_of("dD") != std::string_view::npos, "a source of binary packages is called deb");
}
