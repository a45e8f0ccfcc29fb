// SPDX-License-Identifier: Apache-2.0
#include "hub/api_questions.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "hub/api_json.h"
#include "hub/api_parameters.h"
#include "hub/api_problems.h"
#include "hub/log.h"
#include "hub/questions.h"
#include "hub/stored_report.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostPending = 5000;
constexpr std::size_t kMostHistory = 1000;
constexpr std::size_t kExportPage = 500;

HttpResponse json(std::string body) {
  return {200, "application/json", std::move(body), {}};
}

/// In place of a report: no host is missing from an export.
Assessment without_report(const HostRecord& host, Verdict verdict) {
  Assessment assessment;
  assessment.activity_id = host.activity_id;
  assessment.agent_version = host.agent_version;
  assessment.started = assessment.last_modified = host.received == Time{} ? host.enrolled : host.received;
  assessment.host.id = host.id;
  assessment.host.hostname = host.hostname;
  assessment.host.os.id = host.os_id;
  assessment.host.os.version_id = host.os_version;
  assessment.host.os.name = host.os_name;
  assessment.host.arch = host.arch;
  assessment.verdict = std::move(verdict);
  return assessment;
}

/// The newest report of a host with the verdict of today: of a host that is silent it is not its last one.
Assessment assessment_of(Store& store, const HostRecord& host, Time now) {
  try {
    const auto text = newest_report_text(store, host);
    if (!text) return without_report(host, verdict_of(host, now));
    Assessment assessment = assessment_from_json(*text);
    assessment.verdict = verdict_of(host, now);
    return assessment;
  } catch (const StoreError&) {
    throw;  // none of them can be read now
  } catch (const std::exception& error) {
    log_line(LogLevel::error, error.what());
    return without_report(host, {VerdictValue::unknown, {{"report_unreadable", error.what()}}});
  }
}

/// Azure's result says nothing of the machine, which is known there from the question. Here it is one of many.
std::string azure_line(const Assessment& assessment) {
  auto json = nlohmann::ordered_json::parse(to_azure(assessment));
  json["host"] = {{"id", assessment.host.id}, {"hostname", assessment.host.hostname}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

HttpResponse export_page(Store& store, const HttpRequest& request, Time now) {
  const Parameters parameters(request);
  const std::string format = parameters.text("format");
  HostQuery query = host_query(parameters);
  query.limit = kExportPage;
  const HostPage page = hosts(store, query, now);
  HttpResponse response{200, "application/jsonl", {}, {}};
  if (format == "csv") {
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.body = hosts_csv(page.hosts, now);
  } else if (format == "jsonl" || format == "ocsf" || format == "azure") {
    for (const auto& host : page.hosts) {
      const Assessment assessment = assessment_of(store, host, now);
      if (format == "ocsf")
        response.body += to_ocsf(assessment);
      else
        response.body += (format == "azure" ? azure_line(assessment) : to_json(assessment)) + "\n";
    }
  } else {
    throw std::invalid_argument("format: expected csv, jsonl, ocsf or azure");
  }
  if (!page.next.empty()) {
    std::string next = "/v1/export?format=" + format;
    for (const auto& [name, value] : request.query)
      if (name != "format" && name != "cursor") next += fmt::format("&{}={}", name, percent_encoded(value));
    response.header.emplace_back("Link", fmt::format("<{}&cursor={}>; rel=\"next\"", next, page.next));
  }
  return response;
}

HttpResponse one_host(Store& store, std::string_view rest, Time now) {
  // An id may have a slash in it.
  const auto slash = rest.rfind('/');
  std::string_view what = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (what != "history" && what != "assessment") what = {};
  const std::string id(rest.substr(0, what.empty() ? rest.size() : slash));
  const auto host = is_host_id(id) ? find_host(store, id) : std::nullopt;
  if (!host) return problem({404, "no such host", id, {}});
  if (what.empty()) return json(host_json(*host, pending_of(store, host->key, kMostPending), now));
  if (what == "history")
    return json(history_json(*host, former_states(store, host->key, kMostHistory),
                             pending_of(store, host->key, kMostPending), resolved_of(store, host->key, kMostHistory),
                             now));
  auto text = newest_report_text(store, *host);
  if (!text) return problem({404, "this host has not reported", {}, {}});
  return json(std::move(*text));
}

}  // namespace

std::optional<HttpResponse> answer_question(Store& store, const HttpRequest& request, Time now) {
  const std::string& path = request.path;
  const bool has_parameters = path == "/v1/hosts" || path == "/v1/updates" || path == "/v1/export";
  if (!has_parameters && path != "/v1/compliance") Parameters(request).allow_only({});
  if (path == "/v1/summary") return json(summary_json(fleet_counts(store, now), systems(store, now), now));
  if (path == "/v1/hosts") return json(hosts_json(hosts(store, host_query(Parameters(request)), now), now));
  if (path == "/v1/updates") return json(updates_json(updates(store, update_query(Parameters(request)))));
  if (path == "/v1/export") return export_page(store, request, now);
  if (path == "/v1/compliance") {
    const Parameters parameters(request);
    parameters.allow_only({"at"});
    const Time at = std::min(now, parameters.day_or_time("at", now));
    return json(compliance_json(at == now ? fleet_counts(store, now) : fleet_counts_at(store, at), at, now));
  }
  constexpr std::string_view kHosts = "/v1/hosts/";
  if (path.starts_with(kHosts)) return one_host(store, std::string_view(path).substr(kHosts.size()), now);
  return std::nullopt;
}

}  // namespace patchstate
