// SPDX-License-Identifier: Apache-2.0
// One assessment to an endpoint: in full, or as a heartbeat when nothing changed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "agent/accepted_report.h"
#include "agent/endpoint.h"
#include "assessment/assessment.h"

namespace patchstate {

enum class ReportForm { full, heartbeat };

/// An assessment as it is sent: what it says, and its bytes.
struct Parcel {
  Assessment assessment;
  std::string json;
};

/// Either what is to be sent or why there is nothing.
struct ParcelResult {
  std::optional<Parcel> parcel;
  std::string problem;
};
/// The assessment that is kept in the state folder. Throws std::system_error when it can't be read.
ParcelResult last_parcel();
/// What somebody wrote into `name`. Its bytes are sent as they are: the hub keeps what this version does not know.
ParcelResult parcel_from(std::string json, std::string_view name);

/// A heartbeat says "as in the last full report", so only where that is so: the same hub accepted one with the very
/// same state less than a day ago.
ReportForm form_for(const Assessment& assessment, const std::optional<AcceptedReport>& last, const std::string& hub,
                    Time now);
/// Less than 1 KiB of JSON.
std::string heartbeat_json(const Assessment& assessment);

struct DeliveryOptions {
  std::string hub;
  std::filesystem::path state_folder;
  std::optional<ReportForm> form;  ///< nullopt: by what was accepted before
  Time now{};
};
struct DeliveryResult {
  Delivery delivery;
  ReportForm form = ReportForm::full;  ///< of what was sent last
  std::string warning;                 ///< it went well, but…; empty: nothing
};
DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, const DeliveryOptions& options);
/// Whether this very report was the last full one that was accepted: whoever died before crossing it off would else
/// send it again, and as a heartbeat of itself.
bool was_accepted(const Assessment& assessment, const DeliveryOptions& options);

}  // namespace patchstate
