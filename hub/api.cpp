// SPDX-License-Identifier: Apache-2.0
#include "hub/api.h"

#include <algorithm>
#include <charconv>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/String.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/json_writer.h"
#include "hub/api_enrolment.h"
#include "hub/api_problems.h"
#include "hub/api_questions.h"
#include "hub/clock.h"
#include "hub/log.h"
#include "hub/openapi.h"
#include "hub/pages/pages.h"
#include "hub/questions.h"
#include "hub/secrets.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostJobs = 20'000;
constexpr std::size_t kMostBuckets = 200'000;
constexpr std::chrono::seconds kKeyRemembered{30};
constexpr std::chrono::seconds kClockTolerance{5};
constexpr std::chrono::seconds kQuestionLimit{10};
constexpr std::chrono::seconds kAtOnce{1};  ///< a store that fails so soon was not too busy
constexpr std::string_view kReports = "/v1/assessments";
constexpr const char* kJson = "application/json";

HttpResponse busy(std::string_view why) {
  HttpResponse response = problem({503, "the hub can't take this now", std::string(why), {}});
  response.header.emplace_back("Retry-After", "30");
  return response;
}

HttpResponse health(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") return wrong_method("GET, HEAD");
  return {200, "text/plain", "ok\n", {}};
}

std::string header(const HttpRequest& request, const char* name) {
  const auto found = request.header.find(name);
  return found == request.header.end() ? std::string() : found->second;
}

/// The hub's clock minus the sender's, by the Date header; 0 where there is none, or where it may be only the way.
std::chrono::seconds skew_of(const HttpRequest& request, Time now) {
  const std::string date = header(request, "date");
  Poco::DateTime parsed;
  int offset = 0;
  if (date.empty() || !Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, date, parsed, offset))
    return {};
  // The parser takes anything for a date; what it understood is compared with what was written.
  if (Poco::DateTimeFormatter::format(parsed, Poco::DateTimeFormat::HTTP_FORMAT) != date) return {};
  const std::chrono::seconds skew = now - Time(std::chrono::seconds(parsed.timestamp().epochTime()));
  return std::chrono::abs(skew) <= kClockTolerance ? std::chrono::seconds{} : skew;
}

std::string bearer_hash(const HttpRequest& request) {
  const std::string text = header(request, "authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (!text.starts_with(kScheme) || text.size() > 200) return {};
  return hash_of_secret(std::string_view(text).substr(kScheme.size()));
}

bool may(const std::string& scopes, std::string_view scope) {
  return scopes == "read" || scopes == scope;
}

/// What programs ask is below /v1/ and in three files; the rest is for people, who have no bearer token.
bool is_for_programs(const HttpRequest& request) {
  const auto& path = request.path;
  return path.starts_with("/v1/") || path == "/metrics" || path == "/readyz" || path == "/openapi.json" ||
         header(request, "authorization").starts_with("Bearer ");
}

HttpResponse busy_page() {
  HttpResponse response = error_page(503, "The store does not answer now", "Load the page again in half a minute.",
                                     nullptr, current_time());
  response.header.emplace_back("Retry-After", "30");
  return response;
}

HttpResponse outcome(const std::optional<Recorded>& recorded, const std::string& activity_id) {
  if (!recorded) return busy("the store did not take it; send it again");
  switch (recorded->accepted) {
    case Accepted::unauthorized:
      return unknown_key();
    case Accepted::forbidden:
      return problem({403, "this key belongs to another host", "a key reports for its own host only", "/host/id"});
    case Accepted::unknown_host:
      return not_enrolled();
    case Accepted::yes:
      break;
  }
  JsonWriter out(JsonStyle::compact);
  out.begin_object();
  out.key("assessmentActivityId");
  out.text(activity_id);
  out.key("sendFull");
  out.boolean(recorded->send_full);
  out.end_object();
  return {202, kJson, std::move(out).take(), {}};
}

}  // namespace

int RateLimit::take(const std::string& host) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (buckets_.size() > kMostBuckets) forget_full_ones(now);
  auto [place, is_new] = buckets_.try_emplace(host, Bucket{per_minute_, now});
  Bucket& bucket = place->second;
  const std::chrono::duration<double> passed = now - bucket.at;
  bucket.left = std::min(per_minute_, bucket.left + passed.count() * per_minute_ / 60);
  bucket.at = now;
  if (bucket.left >= 1) {
    bucket.left -= 1;
    return 0;
  }
  return 1 + static_cast<int>((1 - bucket.left) * 60 / per_minute_);
}

void RateLimit::forget_full_ones(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const std::chrono::duration<double> passed = now - entry.second.at;
    return entry.second.left + passed.count() * per_minute_ / 60 >= per_minute_;
  });
}

/// What one thread keeps between requests.
struct Api::Worker {
  struct Known {
    std::string host_id;
    Clock::time_point until;
  };
  std::unique_ptr<Store> store;
  std::map<std::string, Known> keys;  ///< so that a key is not looked up for every report; the writer looks again
};

Api::Api(ApiOptions options)
    : options_(std::move(options)),
      rate_limit_(options_.reports_per_minute),
      // One worker is left for everybody else, whoever guesses passwords.
      sign_in_({options_.proxies, options_.identity_header, options_.tls,
                std::max<std::size_t>(2, options_.workers) - 1, options_.destinations}),
      ingest_(std::make_unique<Ingest>(options_.store, options_.record)) {
  for (std::size_t index = 0; index < options_.workers; ++index) threads_.emplace_back([this] { work(); });
}

void Api::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  has_job_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  ingest_.reset();
}

void Api::handle(HttpRequest request, Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_ && jobs_.size() < kMostJobs) {
      jobs_.push_back({std::move(request), std::move(reply)});
      has_job_.notify_one();
      return;
    }
  }
  reply(busy("too many requests are waiting"));
}

void Api::work() {
  Worker worker;
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      has_job_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    answer(worker, job);
  }
}

/// One of the program's catch sites: a request that can't be answered is answered so.
void Api::answer(Worker& worker, Job& job) {
  const bool had_connection = worker.store != nullptr;
  const auto begin = Clock::now();
  try {
    if (job.request.path == "/healthz") return job.reply(health(job.request));  // whatever becomes of the store
    if (!worker.store) worker.store = std::make_unique<Store>(options_.store);
    worker.store->answer_within(kQuestionLimit);
    if (job.request.method == "POST" && job.request.path == kReports) return take_report(worker, job);
    job.reply(read(worker, job.request));
  } catch (const std::invalid_argument& error) {
    job.reply(is_for_programs(job.request)
                  ? problem({400, "the question is not understood", error.what(), {}})
                  : error_page(400, "The question is not understood", error.what(), nullptr, current_time()));
  } catch (const StoreError& error) {
    log_line(LogLevel::error, error.what());
    worker.store.reset();
    // The database was restarted, say: a new connection may work. What asks only, or has not begun, is asked again.
    const bool may_repeat = job.request.method != "POST" || job.request.path == kReports;
    if (had_connection && may_repeat && Clock::now() - begin < kAtOnce) return answer(worker, job);
    job.reply(is_for_programs(job.request) ? busy("the store does not answer") : busy_page());
  } catch (const std::exception& error) {
    log_line(LogLevel::error, fmt::format("{} {}: {}", job.request.method, job.request.path, error.what()));
    job.reply(is_for_programs(job.request)
                  ? problem({500, "the hub failed", "its log says why", {}})
                  : error_page(500, "The hub failed", "Its log says why.", nullptr, current_time()));
  }
}

std::string Api::client_subject(const HttpRequest& request) const {
  if (std::find(options_.proxies.begin(), options_.proxies.end(), request.peer) != options_.proxies.end())
    return header(request, "x-client-subject");
  return request.client_subject;
}

void Api::take_report(Worker& worker, Job& job) {
  const Time now = current_time();
  Incoming incoming;
  incoming.received = now;
  incoming.key_hash = bearer_hash(job.request);
  incoming.host_by_cert = client_subject(job.request);
  std::string host_id = incoming.host_by_cert;
  if (host_id.empty()) {
    if (incoming.key_hash.empty())
      return job.reply(unauthorized("send the host's key as \"Authorization: Bearer …\", or a client certificate"));
    auto& known = worker.keys[incoming.key_hash];
    if (known.host_id.empty() || known.until < Clock::now()) {
      known = {worker.store->host_of_key(incoming.key_hash).value_or(""), Clock::now() + kKeyRemembered};
      host_id = known.host_id;
      if (host_id.empty() || worker.keys.size() > kMostBuckets) worker.keys.erase(incoming.key_hash);
      if (host_id.empty()) return job.reply(outcome(Recorded{}, {}));
    } else {
      host_id = known.host_id;
    }
  }
  if (const int wait = rate_limit_.take(host_id); wait > 0) {
    HttpResponse response = problem({429, "too many reports from this host", {}, {}});
    response.header.emplace_back("Retry-After", std::to_string(wait));
    return job.reply(std::move(response));
  }
  auto read = read_report(job.request.body, Poco::toLower(header(job.request, "content-encoding")), options_.limits);
  if (!read.report) return job.reply(problem(read.problem));
  incoming.report = std::move(*read.report);
  incoming.clock_skew = skew_of(job.request, now);
  const std::string activity_id = incoming.report.activity_id;
  const bool taken =
      ingest_->submit(std::move(incoming), [reply = job.reply, activity_id](const std::optional<Recorded>& recorded) {
        reply(outcome(recorded, activity_id));
      });
  if (!taken) job.reply(busy("too many reports are waiting"));
}

HttpResponse Api::read(Worker& worker, HttpRequest& request) {
  Store& store = *worker.store;
  const Time now = current_time();
  if (auto asset = answer_asset(request)) return std::move(*asset);
  if (!is_for_programs(request)) return sign_in_.answer(store, request, now);
  if (request.path == "/v1/enroll")
    return answer_enrolment(store, request, {bearer_hash(request), client_subject(request)});
  if (request.path == kReports) return wrong_method("POST");
  if (request.method != "GET" && request.method != "HEAD") return wrong_method("GET, HEAD");
  if (request.path == "/readyz") {
    store.ping();
    return {200, "text/plain", "ready\n", {}};
  }
  if (request.path == "/openapi.json") return {200, kJson, std::string(openapi_document()), {}};
  return answer_program(store, request, now);
}

HttpResponse Api::answer_program(Store& store, const HttpRequest& request, Time now) {
  auto scopes = store.scopes_of(bearer_hash(request), now);
  if (!scopes && header(request, "authorization").empty() && sign_in_.visitor_of(store, request, now)) scopes = "read";
  if (!scopes) return unauthorized("send a read token as \"Authorization: Bearer …\" (patchstate-hub token create)");
  if (request.path == "/metrics")
    return may(*scopes, "metrics")
               ? metrics(store, header(request, "accept").find("application/openmetrics-text") != std::string::npos)
               : problem({403, "this token may not read that", {}, {}});
  if (!may(*scopes, "read")) return problem({403, "this token may not read that", {}, {}});
  return answer_question(store, request, now).value_or(problem({404, "no such page", "see /openapi.json", {}}));
}

HttpResponse Api::metrics(Store& store, bool is_openmetrics) const {
  const FleetCounts counts = fleet_counts(store, current_time());
  const auto numbers = ingest_->numbers();
  std::string text;
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help) {
    text += fmt::format("# TYPE {0} {1}\n# HELP {0} {2}\n", name, type, help);
  };
  family("patchstate_hub_hosts", "gauge", "Enrolled hosts by verdict as of now.");
  const std::pair<std::string_view, std::int64_t> verdicts[] = {{"compliant", counts.compliant},
                                                                {"noncompliant", counts.noncompliant},
                                                                {"accepted", counts.accepted},
                                                                {"unknown", counts.unknown}};
  for (const auto& [name, value] : verdicts)
    text += fmt::format("patchstate_hub_hosts{{verdict=\"{}\"}} {}\n", name, value);
  const auto gauge = [&](std::string_view name, std::string_view help, std::int64_t value) {
    family(name, "gauge", help);
    text += fmt::format("{} {}\n", name, value);
  };
  gauge("patchstate_hub_completed", "1 when every host is compliant.", is_completed(counts));
  gauge("patchstate_hub_hosts_not_reporting", "Hosts that reported once and no more.", counts.silent);
  gauge("patchstate_hub_security_updates_pending", "Security updates pending, summed over hosts.",
        counts.security_updates);
  gauge("patchstate_hub_reports_waiting", "Reports not yet in the store.", static_cast<std::int64_t>(numbers.waiting));
  const auto counter = [&](std::string_view name, std::string_view help, std::size_t value) {
    const std::string sample = fmt::format("{}_total", name);
    family(is_openmetrics ? name : sample, "counter", help);  // where the two formats differ
    text += fmt::format("{} {}\n", sample, value);
  };
  counter("patchstate_hub_reports_stored", "Reports stored by this process.", numbers.accepted);
  counter("patchstate_hub_reports_failed", "Reports the store did not take.", numbers.failed);
  counter("patchstate_hub_commits", "Transactions with reports.", numbers.batches);
  if (!is_openmetrics) return {200, "text/plain; version=0.0.4; charset=utf-8", std::move(text), {}};
  return {200, "application/openmetrics-text; version=1.0.0; charset=utf-8", text + "# EOF\n", {}};
}

}  // namespace patchstate
