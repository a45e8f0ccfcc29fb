// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <fmt/core.h>

#include "agent/output.h"
#include "agent/send_program.h"
#include "platform/paths.h"
#include "platform/program_start.h"

namespace patchstate {
namespace {

constexpr const char* kSendProgram = "patchstate-send";

}  // namespace

/// Returns only when that program is not there; everything after its name is its own business.
int run_send_program(std::span<const std::string> words) {
  const auto program = probe_program(kSendProgram);
  if (program.empty())
    return complain(fmt::format("{0} {1}: the program {2} is missing; it belongs beside {0}, or into libexec/{0}/",
                                "patchstate", words[0], kSendProgram));
  std::vector<std::string> arguments{kSendProgram};
  arguments.insert(arguments.end(), words.begin(), words.end());
  become_program(program, std::move(arguments));
}

}  // namespace patchstate
