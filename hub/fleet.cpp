// SPDX-License-Identifier: Apache-2.0
#include "hub/fleet.h"

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

namespace patchstate {

Verdict verdict_of(const HostRecord& host, Time now) {
  if (host.removed != Time{})
    return {VerdictValue::unknown,
            {{"removed", fmt::format("removed from the fleet at {}", format_time(host.removed))}}};
  if (host.reported == Time{})
    return {VerdictValue::unknown, {{"never_reported", "enrolled, but it has never reported"}}};
  if (host.silent < now)
    return {VerdictValue::unknown,
            {{"not_reporting", fmt::format("not reporting since {} ({} ago); what it said then may no longer be true",
                                           format_time(host.received), age_in_words(now - host.received))}}};
  const auto said = from_text<VerdictValue>(host.verdict).value_or(VerdictValue::unknown);
  if (said == VerdictValue::compliant && host.good_until < now)
    return {
        VerdictValue::unknown,
        {{"metadata_too_old", "it still reports, but what it knows of updates has grown too old to prove anything"}}};
  return {said, host.reasons};
}

std::string verdict_sql(Time now) {
  const auto at = now.time_since_epoch().count();
  return fmt::format(
      "CASE WHEN h.reported = 0 OR COALESCE(c.silent, 0) < {0} THEN 'unknown' WHEN h.verdict = 'compliant' AND "
      "c.good_until < {0} THEN 'unknown' ELSE h.verdict END",
      at);
}

bool is_completed(const FleetCounts& counts) {
  return counts.hosts > 0 && counts.compliant == counts.hosts;
}

std::string sentence_about(const FleetCounts& counts, Time now) {
  const auto number = [](std::int64_t value, std::string_view one) {
    return fmt::format("{} {}{}", value, one, value == 1 ? "" : "s");
  };
  if (counts.hosts == 0) return "Apply system updates: not known: no machine is enrolled";
  if (is_completed(counts))
    return fmt::format("Apply system updates: completed: {} of {} compliant", counts.compliant,
                       number(counts.hosts, "machine"));
  std::string text = "Apply system updates: not completed: ";
  if (counts.noncompliant > 0) {
    text += fmt::format("{} of {} miss{} {}", counts.noncompliant, number(counts.hosts, "machine"),
                        counts.noncompliant == 1 ? "es" : "", number(counts.security_updates, "security update"));
    if (counts.oldest_pending != Time{} && counts.oldest_pending < now)
      text += fmt::format("; the oldest has been pending {}", age_in_words(now - counts.oldest_pending));
  } else {
    text += fmt::format("no machine of {} is known to miss a security update", counts.hosts);
  }
  const auto add = [&](std::int64_t value, std::string_view is, std::string_view are) {
    if (value > 0) text += fmt::format("; {} {}", number(value, "machine"), value == 1 ? is : are);
  };
  add(counts.silent + counts.never_reported, "is not reporting", "are not reporting");
  add(counts.unknown - counts.silent - counts.never_reported, "can't prove its state", "can't prove their state");
  return text;
}

int exit_code_of(const FleetCounts& counts) {
  if (is_completed(counts)) return 0;
  return counts.noncompliant > 0 ? 2 : 3;
}

}  // namespace patchstate
