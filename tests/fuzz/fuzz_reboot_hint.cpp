// SPDX-License-Identifier: Apache-2.0
// What other tools say about a reboot, as text and as JSON.
#include "collectors/reboot/needs_restarting_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  parse_reboot_hint(input);
  parse_reboot_hint_json(input);
  for (const auto& process : parse_stale_processes(input).processes)
    test::must(process.command.size() <= 500, "a command line is capped");
  needs_reboot(parse_needrestart(input));
  std::vector<std::string> not_understood;
  needs_reboot(parse_rpm_last(input, not_understood), "5.14.0-1.el9.x86_64");
}
