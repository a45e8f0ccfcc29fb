// SPDX-License-Identifier: Apache-2.0
#include "hub/serve.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <fmt/core.h>
#include <pthread.h>

#include "hub/audit.h"
#include "hub/clock.h"
#include "hub/fleet_days.h"
#include "hub/guesses.h"
#include "hub/log.h"
#include "hub/notice_queue.h"
#include "hub/people.h"
#include "hub/risks.h"
#include "platform/service_manager.h"

namespace patchstate {
namespace {

constexpr std::chrono::seconds kUpkeepEvery{60};
constexpr std::chrono::seconds kStep{1};
constexpr std::size_t kHostsAtOnce = 1000;  ///< whose accepted risks are counted again
constexpr std::size_t kRowsAtOnce = 500;
constexpr std::chrono::milliseconds kCountFor{200};  ///< of each step; one day of 50,000 machines takes 60 ms

/// Deletes a few rows; whether more are due now.
bool delete_old_rows(Store& store, const ServeOptions& options) {
  const Time now = current_time();
  forget_ended_sessions(store, now);
  forget_old_guesses(store, now);
  forget_old_notices(store, now);
  forget_notes_before(store, now - options.keep_history);
  const auto reports = store.delete_reports_before(now - options.keep_reports, kRowsAtOnce);
  const auto history = store.delete_history_before(now - options.keep_history, kRowsAtOnce);
  return reports == kRowsAtOnce || history >= kRowsAtOnce;
}

/// Counts midnights for a while; whether more may be due now.
bool count_days(Store& store, const ServeOptions& options) {
  const auto stop = std::chrono::steady_clock::now() + kCountFor;
  while (count_missing_day(store, current_time(), options.keep_history))
    if (std::chrono::steady_clock::now() > stop) return true;
  return false;
}

/// What nobody waits for, in small steps.
class Upkeep {
 public:
  explicit Upkeep(const ServeOptions& options) : options_(options) {}

  void step() {
    const auto now = Clock::now();
    if (now < not_before_) return;
    try {
      if (!store_) store_ = std::make_unique<Store>(options_.api.store);
      store_->tidy_up();
      if (now >= next_deletion_) next_deletion_ = delete_old_rows(*store_, options_) ? now : now + kUpkeepEvery;
      recount_ended(*store_, current_time(), kHostsAtOnce);
      if (now >= next_count_) next_count_ = count_days(*store_, options_) ? now : now + kUpkeepEvery;
    } catch (const StoreError& error) {
      log_line(LogLevel::warning, error.what());
      store_.reset();
      not_before_ = now + kUpkeepEvery;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  const ServeOptions& options_;
  std::unique_ptr<Store> store_;
  Clock::time_point next_deletion_;
  Clock::time_point next_count_;
  Clock::time_point not_before_;
};

/// Until one of `signals` comes.
void wait_for(const sigset_t& signals, const ServeOptions& options) {
  Upkeep upkeep(options);
  constexpr timespec kTimeout{kStep.count(), 0};
  while (sigtimedwait(&signals, nullptr, &kTimeout) < 0)
    if (errno == EAGAIN) upkeep.step();
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace

std::string objection_to(const ServeOptions& options) {
  if (!options.http.tls.certificate.empty() || is_loopback(options.http.address) || !options.api.proxies.empty())
    return {};
  return fmt::format(
      "plain HTTP on {} would show every host key to the network: give --tls-cert and --tls-key, or listen on "
      "loopback, "
      "or name the proxy that ends TLS with --trusted-proxy",
      options.http.address);
}

void serve(const ServeOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread is there

  Store(options.api.store).migrate();
  Api api(options.api);
  HttpServer server(options.http,
                    [&api](HttpRequest request, Reply reply) { api.handle(std::move(request), std::move(reply)); });
  log_line(LogLevel::info,
           fmt::format("serving {}://{}:{}, store {}", options.http.tls.certificate.empty() ? "http" : "https",
                       options.http.address, server.port(), options.api.store.shown));
  tell_service_manager("READY=1");
  {
    const Notifier notifier(options.api.store, options.notify);
    wait_for(signals, options);
  }
  tell_service_manager("STOPPING=1");
  log_line(LogLevel::info, "stopping: what was accepted is stored first");
  server.stop_listening();
  api.stop();
}

}  // namespace patchstate
