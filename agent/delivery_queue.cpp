// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery_queue.h"

#include <algorithm>

#include "assessment/assessment_json.h"
#include "platform/files.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxReport = 64U << 20U;

class Queue {
 public:
  explicit Queue(const QueueOptions& options)
      : options_(options), spool_(options.folder), state_(read_delivery_state(options.folder)) {}

  QueueResult run() {
    auto waiting = spool_.reports();
    result_.left = waiting.size();
    if (waiting.empty()) return result_;
    if (options_.when == When::due && !is_due(state_, options_.now)) {
      result_.not_before = state_.not_before;
      result_.last = Outcome::retry_later;
      return result_;
    }
    for (const auto& report : waiting)
      if (!take_out(report)) break;
    write_delivery_state(options_.folder, state_);
    return result_;
  }

 private:
  /// False: the endpoint takes nothing now.
  bool take_out(const std::filesystem::path& report) {
    const auto text = read_file_if_there(report, kMaxReport);
    if (!text) return true;  // taken out by somebody's hand
    const auto parcel = parcel_from(*text, report.filename().string());
    if (!parcel.parcel) {
      // Torn by a power cut, or changed by hand: it would be in the way for ever.
      put_aside(report, {{Outcome::rejected, parcel.problem, {}, false}, ReportForm::full, {}});
      return true;
    }
    const auto result = options_.deliver(*parcel.parcel);
    result_.last = result.delivery.outcome;
    switch (result.delivery.outcome) {
      case Outcome::accepted:
        spool_.remove(report);
        state_ = {0, {}, options_.now, state_.last_failure, {}};
        ++result_.accepted;
        --result_.left;
        options_.on_result(result);
        return true;
      case Outcome::rejected:
        put_aside(report, result);
        return true;
      case Outcome::retry_later:
      case Outcome::unauthorized:
        break;
    }
    back_off(result);
    return false;
  }

  void put_aside(const std::filesystem::path& report, const DeliveryResult& result) {
    spool_.quarantine(report, result.delivery.reason);
    state_.last_failure = options_.now;
    state_.last_error = result.delivery.reason;
    result_.last = Outcome::rejected;
    ++result_.rejected;
    --result_.left;
    options_.on_result(result);
  }

  void back_off(const DeliveryResult& result) {
    ++state_.failures;
    state_.last_failure = options_.now;
    state_.last_error = result.delivery.reason;
    state_.not_before = options_.now + wait_after(state_.failures, options_.random_part, result.delivery.retry_after);
    result_.not_before = state_.not_before;
    options_.on_result(result);
  }

  const QueueOptions& options_;
  Spool spool_;
  DeliveryState state_;
  QueueResult result_;
};

}  // namespace

QueueResult deliver_waiting(const QueueOptions& options) {
  return Queue(options).run();
}

}  // namespace patchstate
