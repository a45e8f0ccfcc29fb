// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <fmt/format.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "assessment/exports.h"
#include "assessment/verdict.h"

namespace patchstate {
namespace {

std::optional<Assessment> stored() {
  try {
    return read_last_assessment();
  } catch (const std::invalid_argument& damage) {
    complain(fmt::format("the stored assessment is damaged ({})", damage.what()));
    return std::nullopt;
  }
}

}  // namespace

int run(const StatusCommand& command) {
  const auto loaded = load_config(command.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto assessment = stored();
  if (!assessment) return complain("no assessment is stored yet; `patchstate check` makes one");
  const Time now = current_time();
  assessment->verdict = judge(*assessment, loaded.config.policy, now);
  print(render(*assessment, command.render, now));
  return exit_code(*assessment, command.render.strict_updates);
}

}  // namespace patchstate
