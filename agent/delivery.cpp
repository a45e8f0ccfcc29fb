// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery.h"

#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include "agent/last_assessment.h"
#include "agent/state_hash.h"
#include "assessment/assessment_json.h"
#include "assessment/json_writer.h"

namespace patchstate {
namespace {

constexpr std::chrono::seconds kFullEvery = std::chrono::hours{24};

/// Oldest successful check of any source, as the hub counts it; nullopt when no source tells.
std::optional<Time> oldest_check(const Assessment& assessment) {
  std::optional<Time> oldest;
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      if (const auto& checked = findings->metadata.checked_at; checked && (!oldest || *checked < *oldest))
        oldest = checked;
  return oldest;
}

/// What can't be read is like never accepted: then a full report is sent, which is never wrong.
std::optional<AcceptedReport> last_accepted(const std::filesystem::path& state_folder) {
  if (state_folder.empty()) return std::nullopt;  // a user without a home
  try {
    return read_accepted_report(state_folder);
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

/// That a full one was accepted can only be forgotten at the price of another full one.
std::string remember(const DeliveryOptions& options, const Assessment& assessment) {
  try {
    write_accepted_report(options.state_folder,
                          {options.hub, assessment.activity_id, assessment.state_hash, options.now});
    return {};
  } catch (const std::system_error& error) {
    return fmt::format("it can't be remembered that the hub accepted it, so the next report is a full one: {}",
                       error.what());
  }
}

}  // namespace

ParcelResult last_parcel() {
  try {
    auto assessment = read_last_assessment();
    if (!assessment) return {{}, "no assessment is stored yet; `patchstate check` makes one"};
    auto json = to_json(*assessment);
    return {Parcel{std::move(*assessment), std::move(json)}, {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("the stored assessment is damaged ({}); `patchstate check` makes a new one", damage.what())};
  }
}

ParcelResult parcel_from(std::string json, std::string_view name) {
  try {
    auto assessment = assessment_from_json(json);
    return {Parcel{std::move(assessment), std::move(json)}, {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("{}: this is no assessment as `patchstate check --format json` writes it ({})", name,
                        damage.what())};
  }
}

ReportForm form_for(const Assessment& assessment, const std::optional<AcceptedReport>& last, const std::string& hub,
                    Time now) {
  if (!last || last->hub != hub || last->state_hash.empty() || last->state_hash != assessment.state_hash)
    return ReportForm::full;
  // A clock that was set back says nothing about how long ago it was.
  if (now < last->accepted || now - last->accepted >= kFullEvery) return ReportForm::full;
  // A file may have been edited, and then no longer says what its hash says.
  Assessment said = assessment;
  return state_hash_of(said) == assessment.state_hash ? ReportForm::heartbeat : ReportForm::full;
}

std::string heartbeat_json(const Assessment& assessment) {
  JsonWriter json(JsonStyle::compact);
  const auto put = [&json](std::string_view key, std::string_view value) {
    json.key(key);
    json.text(value);
  };
  json.begin_object();
  json.key("schemaVersion");
  json.number(1);
  json.key("heartbeat");
  json.boolean(true);
  put("assessmentActivityId", assessment.activity_id);
  put("lastModifiedDateTime", format_time(assessment.last_modified));
  json.key("host");
  json.begin_object();
  put("id", assessment.host.id);
  json.end_object();
  json.key("agent");
  json.begin_object();
  put("version", assessment.agent_version);
  if (assessment.interval) {
    json.key("intervalSeconds");
    json.number(assessment.interval->count());
  }
  json.end_object();
  put("stateHash", assessment.state_hash);
  if (const auto checked = oldest_check(assessment)) put("metadataCheckedAt", format_time(*checked));
  json.end_object();
  return std::move(json).take();
}

bool was_accepted(const Assessment& assessment, const DeliveryOptions& options) {
  const auto last = last_accepted(options.state_folder);
  return last && last->hub == options.hub && !last->activity_id.empty() && last->activity_id == assessment.activity_id;
}

DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, const DeliveryOptions& options) {
  const Assessment& assessment = parcel.assessment;
  DeliveryResult result;
  result.form =
      options.form.value_or(form_for(assessment, last_accepted(options.state_folder), options.hub, options.now));
  if (result.form == ReportForm::heartbeat) {
    result.delivery = endpoint.send(heartbeat_json(assessment));
    if (result.delivery.outcome != Outcome::accepted || !result.delivery.send_full) return result;
    result.form = ReportForm::full;
  }
  result.delivery = endpoint.send(parcel.json);
  if (result.delivery.outcome == Outcome::accepted) result.warning = remember(options, assessment);
  return result;
}

}  // namespace patchstate
