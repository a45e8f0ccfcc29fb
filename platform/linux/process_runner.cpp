// SPDX-License-Identifier: Apache-2.0
#include "platform/process_runner.h"

#include <cstring>

#include <fmt/core.h>

#include "platform/linux/process_run.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

ProcessResult result_by(Clock::time_point deadline, ProcessRun run) {
  while (!run.is_over() && Clock::now() < deadline) run.wait_for_events(deadline);
  return run.finish();
}

}  // namespace

ProcessResult SystemProcessRunner::run(const Command& command) {
  const auto begun = Clock::now();
  ProcessResult result;
  StartedProcess process = start_process(command);
  if (process.error != 0)
    result.start_error = process.error;
  else
    result = result_by(begun + command.deadline, ProcessRun(std::move(process), command.output_cap));
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return result;
}

std::string describe_signal(int signal) {
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace patchstate
