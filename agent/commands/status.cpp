// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <fmt/format.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "agent/service_status.h"
#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/json_writer.h"
#include "assessment/verdict.h"
#include "platform/files.h"
#include "platform/paths.h"

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

/// The system's, unless somebody runs the service with a state of his own.
std::filesystem::path folder_of_service() {
  const auto own = state_folder();
  return !own.empty() && stamp(own / "service-state").size >= 0 ? own : system_state_folder();
}

}  // namespace

int run(const StatusCommand& command) {
  const auto loaded = load_config(command.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto assessment = stored();
  if (!assessment) return complain("no assessment is stored yet; `patchstate check` makes one");
  const Time now = current_time();
  assessment->verdict = judge(*assessment, loaded.config.policy, now);
  const auto& hub = loaded.config.report.hub;
  const auto service = read_service_status(folder_of_service());
  if (command.render.format == Format::json)
    print(to_json(*assessment, JsonStyle::indented, [&](JsonWriter& json) { put_members(json, service, hub); }));
  else
    print(render(*assessment, command.render, now) + "\n" + to_text(service, hub, now));
  return exit_code(*assessment, command.render.strict_updates);
}

}  // namespace patchstate
