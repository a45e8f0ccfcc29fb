// SPDX-License-Identifier: Apache-2.0
#include "agent/destination_delivery.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "agent/https_endpoint.h"
#include "agent/hub_access.h"
#include "agent/local_endpoint.h"
#include "agent/output.h"
#include "assessment/assessment_json.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

struct Kind {
  std::string_view content_type;
  std::string_view ending;
};

Kind kind_of(Format format) {
  switch (format) {
    case Format::json:
    case Format::azure:
      return {"application/json", ".json"};
    case Format::ocsf:
      return {"application/x-ndjson", ".jsonl"};
    case Format::openmetrics:
      return {"application/openmetrics-text; version=1.0.0; charset=utf-8", ".prom"};
    case Format::csv:
      return {"text/csv; charset=utf-8", ".csv"};
    case Format::table:
    case Format::nagios:
      break;
  }
  return {"text/plain; charset=utf-8", ".txt"};
}

/// "20261128T063727Z-961afb2e-….json": files in the order of time. The id may come from a file that somebody edited.
std::string name_of(const Assessment& assessment, std::string_view ending) {
  std::string name = format_time(assessment.last_modified) + "-" + assessment.activity_id.substr(0, 64);
  std::erase_if(name, [](char c) { return c == ':'; });
  name.erase(std::remove(name.begin(), name.begin() + 10, '-'), name.begin() + 10);
  const auto is_odd = [](char c) { return c == '/' || c == '\0'; };
  std::replace_if(name.begin(), name.end(), is_odd, '_');
  return name.append(ending);
}

}  // namespace

EndpointResult endpoint_of(const Destination& destination) {
  if (!destination.folder.empty()) return {std::make_unique<FolderEndpoint>(destination.folder), {}};
  if (!destination.file.empty()) return {std::make_unique<FileEndpoint>(destination.file), {}};
  if (destination.standard_output) return {std::make_unique<OutputEndpoint>(), {}};
  auto access = access_to(destination);
  if (!access.problem.empty()) return {nullptr, std::move(access.problem)};
  return {std::make_unique<WebEndpoint>(std::move(access.access)), {}};
}

DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, Format format) {
  DeliveryResult result;
  if (!parcel.is_full()) {
    result.delivery.outcome = Outcome::accepted;
    result.remark = "a heartbeat, which is for hubs alone";
    return result;
  }
  const auto assessment = assessment_from_json(parcel.full_json);
  const auto kind = kind_of(format);
  RenderOptions options;
  options.format = format;
  options.medium = Medium::file;
  const auto text = format == Format::json ? parcel.full_json : render(assessment, options, assessment.last_modified);
  const auto name = name_of(assessment, kind.ending);
  result.delivery = endpoint.send({text, kind.content_type, name});
  return result;
}

}  // namespace patchstate
