// SPDX-License-Identifier: Apache-2.0
#include "hub/api_enrolment.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/json_writer.h"
#include "hub/api_problems.h"
#include "hub/clock.h"
#include "hub/log.h"
#include "hub/report.h"
#include "hub/secrets.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostEnrolBody = 4096;

HttpResponse enrol(Store& store, const HttpRequest& request) {
  const auto body =
      request.body.size() > kMostEnrolBody ? nlohmann::json() : nlohmann::json::parse(request.body, nullptr, false);
  const auto text = [&](const char* key) {
    return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>()
                                                                           : std::string();
  };
  const std::string token = text("token");
  const std::string host_id = text("hostId");
  if (token.empty() || !is_host_id(host_id))
    return problem({422, "the enrolment is not valid", R"(expected {"token":"…","hostId":"…"})", {}});
  const std::string key = new_secret(SecretKind::host_key);
  if (!store.enrol(hash_of_secret(token), host_id, hash_of_secret(key), current_time()))
    return problem({403,
                    "this token does not enrol this host",
                    "it is unknown, used up, expired or revoked; or the host is enrolled already: then make a token "
                    "with --host for it",
                    {}});
  log_line(LogLevel::info, fmt::format("enrolled host {} from {}", host_id, request.peer));
  JsonWriter out(JsonStyle::compact);
  out.begin_object();
  out.key("hostId");
  out.text(host_id);
  out.key("hostKey");
  out.text(key);
  out.end_object();
  return {200, "application/json", std::move(out).take(), {}};
}

/// As ingest would judge a report: a certificate enrols its host by itself, a key does not.
HttpResponse whose(Store& store, const HostProof& proof) {
  const std::string& subject = proof.certificate_subject;
  const std::string host_id = !subject.empty()         ? subject
                              : proof.key_hash.empty() ? std::string()
                                                       : store.host_of_key(proof.key_hash).value_or("");
  if (host_id.empty()) return unknown_key();
  const bool is_taken =
      subject.empty() ? store.key_of_host(host_id).has_value() : is_host_id(host_id) && !store.is_barred(host_id);
  if (!is_taken) return not_enrolled();
  JsonWriter out(JsonStyle::compact);
  out.begin_object();
  out.key("hostId");
  out.text(host_id);
  out.end_object();
  return {200, "application/json", std::move(out).take(), {}};
}

}  // namespace

HttpResponse answer_enrolment(Store& store, const HttpRequest& request, const HostProof& proof) {
  if (request.method == "POST") return enrol(store, request);
  if (request.method == "GET" || request.method == "HEAD") return whose(store, proof);
  return wrong_method("GET, HEAD, POST");
}

}  // namespace patchstate
