// SPDX-License-Identifier: Apache-2.0
// apt's JSON hook protocol, both messages and the plan in them.
#include "collectors/apt/apt_hook_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (const auto message = apt::read_hook_message(input))
    test::must(message->reply.empty() || message->kind == apt::HookMessage::Kind::hello, "only a hello is replied to");
  if (const auto plan = apt::parse_plan(input))
    for (const auto& change : plan->changes) test::must(!change.name.empty(), "a change has a name");
}
