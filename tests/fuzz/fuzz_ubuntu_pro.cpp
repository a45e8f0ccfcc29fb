// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/ubuntu_pro_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (is_attached_to_pro(input))
    test::must(input.find("true") != std::string_view::npos, "attached is what the client says");
}
