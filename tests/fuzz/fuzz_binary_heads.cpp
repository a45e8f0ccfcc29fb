// SPDX-License-Identifier: Apache-2.0
// Heads of programs and kernel images, which carry offsets that may point anywhere.
#include "collectors/host/package_architecture.h"
#include "collectors/reboot/kernel_image.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  architecture_of_program(input, Packages::dpkg);
  architecture_of_program(input, Packages::other);
  const auto build = kernel_build(input);
  test::must(build.size() <= input.size(), "the build stands in the image");
  const auto half = input.size() / 2;
  test::must(compare_builds(input.substr(0, half), input.substr(half)) ==
                 compare_builds(input.substr(half), input.substr(0, half)),
             "two builds compare the same in either order");
}
