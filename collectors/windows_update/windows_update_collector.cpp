// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_collector.h"

#include <fmt/core.h>

#include "collectors/windows_update/windows_update_output.h"
#include "collectors/windows_update/windows_update_rules.h"
#include "platform/paths.h"

namespace patchstate::windows_update {
namespace {

/// For all but the search, and for its end.
constexpr auto kRest = std::chrono::minutes{2};
/// What the agent loads into its caller is a part of it; most of its work and memory is in its own service.
constexpr std::size_t kMemoryCap = 1U << 30U;

Command probe_command(const HostAccess& access) {
  Command command;
  command.argv = {own_program().string(), std::string(kProbeArgument), "--deadline",
                  std::to_string(kSearchDeadline.count())};
  if (!access.offline_cab.empty())
    command.argv.insert(command.argv.end(), {"--offline-cab", access.offline_cab.string()});
  command.deadline = kSearchDeadline + kRest;
  command.memory_cap = kMemoryCap;
  return command;
}

/// Throws where there is no answer to read.
void check_ending(const Command& command, const ProcessResult& result) {
  switch (result.ending) {
    case Ending::exited:
      if (result.exit_code == 0) return;
      throw CollectorError(FailureKind::tool_failed,
                           describe(command, result) + "; report it, with `patchstate doctor`",
                           std::to_string(result.exit_code));
    case Ending::signalled:
      throw CollectorError(FailureKind::tool_failed,
                           describe(command, result) +
                               "; what the Windows Update Agent loads crashed. Run `sfc /scannow` and `DISM /Online "
                               "/Cleanup-Image /RestoreHealth`, and look at the security software of this machine",
                           fmt::format("0x{:08X}", static_cast<unsigned>(result.signal)));
    case Ending::timed_out:
      throw CollectorError(FailureKind::timed_out,
                           describe(command, result) +
                               "; the Windows Update Agent does not answer. Restart its service (`net stop wuauserv`, "
                               "`net start wuauserv`), or the machine");
    case Ending::too_much_output:
      throw CollectorError(FailureKind::unparseable, describe(command, result));
    case Ending::failed_to_start:
      throw CollectorError(FailureKind::internal, describe(command, result), std::to_string(result.start_error));
  }
}

}  // namespace

Findings WindowsUpdateCollector::collect() {
  const Command command = probe_command(access_);
  const ProcessResult result = access_.runner.run(command);
  check_ending(command, result);
  return judge(parse_probe_output(result.out), access_.now);
}

}  // namespace patchstate::windows_update
