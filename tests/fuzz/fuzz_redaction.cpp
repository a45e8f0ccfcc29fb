// SPDX-License-Identifier: Apache-2.0
// What leaves the machine with a recording, from files that may hold anything.
#include "agent/redaction.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const Identity identity{"web01", "f00dfeedf00dfeedf00dfeedf00dfeed", "2d5c1f5e-0000-4000-8000-000000000000"};
  Redaction redaction(identity);
  redaction.learn(input);
  const auto redacted =
      redaction.apply(std::string(input) + '\n' + identity.machine_id + ' ' + identity.host_id + '\n');
  test::must(redacted.find(identity.machine_id) == std::string::npos, "the machine id does not leave");
  test::must(redacted.find(identity.host_id) == std::string::npos, "the host id does not leave");
}
