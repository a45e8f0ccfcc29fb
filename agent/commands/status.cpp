// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/commands/commands.h"
#include "agent/last_assessment.h"
#include "agent/service_status.h"
#include "agent/spool.h"
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

/// The system's, unless somebody runs the service, or reports, with a state of his own.
std::filesystem::path folder_of_service() {
  const auto own = state_folder();
  const auto has = [&own](const char* name) { return stamp(own / name).size >= 0; };
  return !own.empty() && (has("service-state") || has("spool")) ? own : system_state_folder();
}

std::vector<DeliveryStatus> deliveries(const Config& config, const std::filesystem::path& folder) {
  std::vector<DeliveryStatus> all;
  if (!config.report.hub.empty())
    all.push_back(read_delivery_status(folder, std::string(kHubQueue), config.report.hub));
  for (const auto& destination : config.destinations)
    all.push_back(read_delivery_status(folder, destination.name, place_of(destination)));
  return all;
}

}  // namespace

int run(const StatusCommand& command) {
  const auto loaded = load_config(command.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto assessment = stored();
  if (!assessment) return complain("no assessment is stored yet; `patchstate check` makes one");
  const Time now = current_time();
  assessment->verdict = judge(*assessment, loaded.config.policy, now);
  const auto folder = folder_of_service();
  const auto service = read_service_status(folder);
  const auto queues = deliveries(loaded.config, folder);
  if (command.render.format == Format::json)
    print(to_json(*assessment, JsonStyle::indented, [&](JsonWriter& json) { put_members(json, service, queues); }));
  else
    print(render(*assessment, command.render, now) + "\n" + to_text(service, queues, now));
  return exit_code(*assessment, command.render.strict_updates);
}

}  // namespace patchstate
