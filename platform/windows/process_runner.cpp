// SPDX-License-Identifier: Apache-2.0
#include "platform/process_runner.h"

#include <fmt/core.h>

#include "platform/windows/process_run.h"

namespace patchstate {

std::string describe_signal(int signal) {
  return fmt::format("exception 0x{:08X}", static_cast<unsigned>(signal));
}

ProcessResult SystemProcessRunner::run(const Command& command) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const auto deadline = begun + command.deadline;
  ProcessResult result;
  StartedProcess process = start_process(command);
  if (process.error != 0) {
    result.start_error = process.error;
  } else {
    ProcessRun run(std::move(process), command.output_cap);
    while (!run.is_over() && Clock::now() < deadline) run.wait_for_events(deadline);
    result = run.finish();
  }
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return result;
}

}  // namespace patchstate
