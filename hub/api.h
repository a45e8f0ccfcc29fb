// SPDX-License-Identifier: Apache-2.0
// What the hub answers, path by path (openapi.json says the same to programs).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hub/http_server.h"
#include "hub/ingest.h"
#include "hub/report.h"
#include "hub/sign_in.h"
#include "hub/store.h"

namespace patchstate {

struct ApiOptions {
  StoreAddress store;
  IngestLimits limits;
  RecordPolicy record;
  std::size_t workers = 2;
  double reports_per_minute = 30;         ///< of one host, averaged; bursts of as many
  std::vector<std::string> proxies;       ///< addresses whose X-Forwarded-* and X-Client-Subject headers are believed
  std::string identity_header;            ///< of those proxies: the name of the person who asks
  std::vector<std::string> destinations;  ///< of notices, as they are shown
  bool tls = false;                       ///< the hub serves https itself
};

/// So many reports a minute from each host, and no more.
class RateLimit {
 public:
  explicit RateLimit(double per_minute) : per_minute_(per_minute) {}
  /// Seconds to wait; 0: go ahead.
  int take(const std::string& host);

 private:
  using Clock = std::chrono::steady_clock;
  struct Bucket {
    double left = 0;
    Clock::time_point at;
  };
  void forget_full_ones(Clock::time_point now);

  double per_minute_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

class Api {
 public:
  explicit Api(ApiOptions options);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;
  ~Api() { stop(); }

  /// Answers what was handed over, and then 503 to all else.
  void stop();

  /// An HttpHandler: hands over to a worker.
  void handle(HttpRequest request, Reply reply);

 private:
  struct Job {
    HttpRequest request;
    Reply reply;
  };
  struct Worker;
  void work();
  void answer(Worker& worker, Job& job);
  HttpResponse read(Worker& worker, HttpRequest& request);
  HttpResponse answer_program(Store& store, const HttpRequest& request, Time now);
  void take_report(Worker& worker, Job& job);
  HttpResponse metrics(Store& store, bool is_openmetrics) const;
  std::string client_subject(const HttpRequest& request) const;

  ApiOptions options_;
  RateLimit rate_limit_;
  SignIn sign_in_;
  std::unique_ptr<Ingest> ingest_;
  std::mutex mutex_;
  std::condition_variable has_job_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace patchstate
