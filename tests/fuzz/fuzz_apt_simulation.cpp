// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "collectors/apt/apt_simulation_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto simulation = apt::parse_simulation(input);
  for (const auto& install : simulation.installs)
    test::must(!install.name.empty() && !install.candidate.empty(), "a planned install has a name and a version");
  apt::disagreements(simulation, apt::Detail::records);
  test::must(simulation.totals || !apt::disagreements(simulation, apt::Detail::names).empty(),
             "a text without totals is suspect");
  apt::parse_release_name(input);
}
