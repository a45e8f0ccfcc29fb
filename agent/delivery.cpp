// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery.h"

#include <span>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include "agent/last_assessment.h"
#include "agent/state_hash.h"
#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

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
std::string remember(const DeliveryOptions& options, const Heartbeat& heartbeat) {
  try {
    write_accepted_report(options.state_folder,
                          {options.hub, heartbeat.activity_id, heartbeat.state_hash, options.now});
    return {};
  } catch (const std::system_error& error) {
    return fmt::format("it can't be remembered that the hub accepted it, so the next report is a full one: {}",
                       error.what());
  }
}

/// A file may have been edited, and then no longer says what its hash says.
Parcel full_parcel(Assessment assessment, std::string json) {
  if (state_hash_of(assessment) != assessment.state_hash) assessment.state_hash.clear();
  return {heartbeat_of(assessment), std::move(json)};
}

/// What a heartbeat repeats; nullopt when the state has changed since.
std::optional<std::string> in_full(const Parcel& parcel, const std::filesystem::path& state_folder) {
  if (parcel.is_full()) return parcel.full_json;
  try {
    auto last = read_last_assessment(std::span(&state_folder, 1));
    if (!last || last->state_hash != parcel.heartbeat.state_hash) return std::nullopt;
    bring_up_to(*last, parcel.heartbeat);
    return to_json(*last);
  } catch (const std::invalid_argument&) {  // damaged: the next run makes a full one
    return std::nullopt;
  }
}

bool was_accepted(const Parcel& parcel, const std::optional<AcceptedReport>& last, const std::string& hub) {
  return last && last->hub == hub && !last->activity_id.empty() && last->activity_id == parcel.heartbeat.activity_id;
}

}  // namespace

ParcelResult last_parcel() {
  try {
    auto assessment = read_last_assessment();
    if (!assessment) return {{}, "no assessment is stored yet; `patchstate check` makes one"};
    auto json = to_json(*assessment);
    return {full_parcel(std::move(*assessment), std::move(json)), {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("the stored assessment is damaged ({}); `patchstate check` makes a new one", damage.what())};
  }
}

ParcelResult parcel_from(std::string json, std::string_view name) {
  try {
    if (auto heartbeat = heartbeat_from_json(json)) return {Parcel{std::move(*heartbeat), {}}, {}};
    auto assessment = assessment_from_json(json);
    return {full_parcel(std::move(assessment), std::move(json)), {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("{}: this is no assessment as `patchstate check --format json` writes it ({})", name,
                        damage.what())};
  }
}

ReportForm form_for(const Heartbeat& heartbeat, const std::optional<AcceptedReport>& last, const std::string& hub,
                    Time now) {
  if (!last || last->hub != hub || last->state_hash.empty() || last->state_hash != heartbeat.state_hash)
    return ReportForm::full;
  // A clock that was set back says nothing about how long ago it was.
  return now < last->accepted || now - last->accepted >= kFullEvery ? ReportForm::full : ReportForm::heartbeat;
}

DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, const DeliveryOptions& options) {
  const auto last = last_accepted(options.state_folder);
  DeliveryResult result;
  if (options.once && was_accepted(parcel, last, options.hub)) {
    result.delivery.outcome = Outcome::accepted;
    result.remark = "it was accepted before";
    return result;
  }
  result.form = options.form.value_or(form_for(parcel.heartbeat, last, options.hub, options.now));
  if (result.form == ReportForm::heartbeat) {
    result.delivery = endpoint.send({to_json(parcel.heartbeat)});
    if (result.delivery.outcome != Outcome::accepted || !result.delivery.send_full) return result;
    result.form = ReportForm::full;
  }
  const auto json = in_full(parcel, options.state_folder);
  if (!json) {
    result.delivery.outcome = Outcome::accepted;
    result.remark = "the state has changed since, and a full report follows";
    return result;
  }
  result.delivery = endpoint.send({*json});
  if (result.delivery.outcome == Outcome::accepted) result.remark = remember(options, parcel.heartbeat);
  return result;
}

}  // namespace patchstate
