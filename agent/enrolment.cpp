// SPDX-License-Identifier: Apache-2.0
#include "agent/enrolment.h"

#include <string>
#include <utility>

#include <fmt/core.h>

#include "agent/kept_host_id.h"
#include "assessment/json_writer.h"
#include "platform/files.h"
#include "platform/machine.h"
#include "platform/own_folder.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

std::string request_json(const std::string& token, const std::string& host) {
  JsonWriter json(JsonStyle::compact);
  json.begin_object();
  json.key("token");
  json.text(token);
  json.key("hostId");
  json.text(host);
  json.end_object();
  return std::move(json).take();
}

/// The token is used up by the answer, so a key that can't be kept is lost: tried before it is asked for.
void require_place_for_key(const fs::path& file) {
  if (file.has_parent_path()) make_state_folder(file.parent_path());
  const fs::path trial = file.string() + ".trial";
  write_secret(trial, std::string(kLongestToken, ' '));
  fs::remove(trial);
}

Enrolment not_asked(std::string problem) {
  return {{}, std::move(problem), {}, {}};
}

Enrolment refused(const Delivery& delivery, const std::string& hub) {
  const bool is_final = delivery.outcome != Outcome::retry_later;
  return {delivery.outcome,
          is_final ? fmt::format("{} did not enrol this machine: {}", hub, delivery.reason)
                   : fmt::format("not enrolled, try again later: {}", delivery.reason),
          {},
          {}};
}

}  // namespace

Enrolment enrol(const Reporting& report, const std::string& token) {
  const auto hub = access_to_enroll(report);
  if (!hub.problem.empty()) return not_asked(hub.problem);
  const auto file = key_file_of(report);
  if (file.empty()) return not_asked("this user has no home folder to keep the key in");
  require_place_for_key(file);
  auto host = host_id("/");
  if (host.empty()) host = keep_host_id();
  const auto answer = post(hub.access, "/v1/enroll", {request_json(token, host)}, Encoding::plain);
  if (const auto delivery = delivery_of(answer); delivery.outcome != Outcome::accepted)
    return refused(delivery, report.hub);
  const auto key = host_key_in(answer.body);
  if (!key) return not_asked(fmt::format("{} answered without a key; is a hub there?", report.hub));
  write_secret(file, *key);
  return {Outcome::accepted, {}, std::move(host), file};
}

HubAccessResult access_enrolling_if_needed(const Reporting& report) {
  if (report.hub.empty() || !is_enrolment_due(report)) return access_to_send(report);
  const auto token = read_secret(left_token_file());
  if (!token.problem.empty()) return {{}, token.problem};
  if (auto enrolment = enrol(report, token.secret); !enrolment.problem.empty())
    return {{}, std::move(enrolment.problem)};
  fs::remove(left_token_file());
  return access_to_send(report);
}

}  // namespace patchstate
