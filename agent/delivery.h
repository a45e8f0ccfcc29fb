// SPDX-License-Identifier: Apache-2.0
// One report to the hub: in full, or as a heartbeat when nothing changed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "agent/accepted_report.h"
#include "agent/endpoint.h"
#include "agent/heartbeat_json.h"
#include "agent/spool.h"
#include "assessment/assessment.h"

namespace patchstate {

/// A report that is on its way.
struct Parcel {
  Heartbeat heartbeat;    ///< its state_hash is empty where the report no longer says what its hash says
  std::string full_json;  ///< the bytes as they came: the hub keeps what this version does not know; empty: a heartbeat
  bool is_full() const { return !full_json.empty(); }
};

/// Either what is to be sent or why there is nothing.
struct ParcelResult {
  std::optional<Parcel> parcel;
  std::string problem;
};
/// The assessment that is kept in the state folder. Throws std::system_error when it can't be read.
ParcelResult last_parcel();
/// What somebody wrote into `name`.
ParcelResult parcel_from(std::string json, std::string_view name);

/// A heartbeat says "as in the last full report", so only where that is so: the same hub accepted one with the very
/// same state less than a day ago.
ReportForm form_for(const Heartbeat& heartbeat, const std::optional<AcceptedReport>& last, const std::string& hub,
                    Time now);

struct DeliveryOptions {
  std::string hub;
  std::filesystem::path state_folder;
  std::optional<ReportForm> form;  ///< nullopt: by what was accepted before
  Time now{};
  /// Not sent again when it was the last full one that was accepted: whoever died before crossing it off would else
  /// send it a second time, as a heartbeat of itself.
  bool once = false;
};
struct DeliveryResult {
  Delivery delivery;
  ReportForm form = ReportForm::full;  ///< of what was sent last
  std::string remark;                  ///< it went well, but…; empty: nothing
};
/// A heartbeat that the hub wants in full, and whose state has changed since, is accepted without being sent: the full
/// report that follows it says more.
DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, const DeliveryOptions& options);

}  // namespace patchstate
