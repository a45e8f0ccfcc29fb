// SPDX-License-Identifier: Apache-2.0
#include "hub/fleet.h"

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"
#include "hub/number_text.h"

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

std::string_view to_text(Standing standing) {
  switch (standing) {
    case Standing::compliant:
      return "compliant";
    case Standing::noncompliant:
      return "noncompliant";
    case Standing::accepted:
      return "accepted";
    case Standing::unknown:
      break;
  }
  return "unknown";
}

std::optional<Standing> standing_from(std::string_view word) {
  for (const auto one : {Standing::compliant, Standing::noncompliant, Standing::accepted, Standing::unknown})
    if (to_text(one) == word) return one;
  return std::nullopt;
}

Standing standing_of(const HostRecord& host, Time now) {
  switch (verdict_of(host, now).value) {
    case VerdictValue::compliant:
      return Standing::compliant;
    case VerdictValue::noncompliant:
      return host.accepted > 0 && host.accepted >= host.security && now < host.accepted_until ? Standing::accepted
                                                                                              : Standing::noncompliant;
    case VerdictValue::unknown:
      break;
  }
  return Standing::unknown;
}

Verdict explained(const HostRecord& host, Time now) {
  Verdict verdict = verdict_of(host, now);
  if (verdict.value == VerdictValue::noncompliant && host.accepted > 0 && now < host.accepted_until)
    verdict.reasons.insert(
        verdict.reasons.begin(),
        {"risk_accepted", fmt::format("the risk of {} of {} missing security updates is accepted until {}",
                                      host.accepted, host.security, format_time(host.accepted_until))});
  return verdict;
}

std::string accepted_sql(Time now, std::string_view of) {
  return fmt::format("{0}accepted > 0 AND {0}accepted >= {0}security AND {1} < {0}accepted_until", of,
                     now.time_since_epoch().count());
}

std::string verdict_sql(Time now) {
  const auto at = now.time_since_epoch().count();
  return fmt::format(
      "CASE WHEN h.reported = 0 OR COALESCE(c.silent, 0) < {0} THEN 'unknown' WHEN h.verdict = 'compliant' AND "
      "c.good_until < {0} THEN 'unknown' WHEN h.verdict = 'noncompliant' AND {1} THEN 'accepted' ELSE h.verdict "
      "END",
      at, accepted_sql(now, "h."));
}

bool is_completed(const FleetCounts& counts) {
  return counts.hosts > 0 && counts.compliant + counts.accepted == counts.hosts;
}

std::string sentence_about(const FleetCounts& counts, Time now) {
  if (counts.hosts == 0) return "Apply system updates: not known: no machine is enrolled";
  const auto accepted = [&] {
    std::string text =
        fmt::format("{} miss{} {} whose risk was accepted", count_text(counts.accepted, "machine"),
                    counts.accepted == 1 ? "es" : "", count_text(counts.accepted_updates, "security update"));
    if (now < counts.accepted_until)
      text += fmt::format(", the first acceptance ends in {}", age_in_words(counts.accepted_until - now));
    return text;
  };
  if (is_completed(counts)) {
    const std::string compliant =
        fmt::format("{} of {} compliant", number_text(counts.compliant), count_text(counts.hosts, "machine"));
    return counts.accepted == 0
               ? "Apply system updates: completed: " + compliant
               : fmt::format("Apply system updates: completed with accepted risks: {}; {}", compliant, accepted());
  }
  std::string text = "Apply system updates: not completed: ";
  if (counts.noncompliant > 0) {
    text += fmt::format("{} of {} miss{} {}", number_text(counts.noncompliant), count_text(counts.hosts, "machine"),
                        counts.noncompliant == 1 ? "es" : "", count_text(counts.security_updates, "security update"));
    if (counts.oldest_pending != Time{} && counts.oldest_pending < now)
      text += fmt::format("; the oldest has been pending {}", age_in_words(now - counts.oldest_pending));
  } else {
    text += fmt::format("no machine of {} is known to miss a security update", number_text(counts.hosts));
  }
  const auto add = [&](std::int64_t value, std::string_view is, std::string_view are) {
    if (value > 0) text += fmt::format("; {} {}", count_text(value, "machine"), value == 1 ? is : are);
  };
  add(counts.silent + counts.never_reported, "is not reporting", "are not reporting");
  add(counts.unknown - counts.silent - counts.never_reported, "can't prove its state", "can't prove their state");
  if (counts.accepted > 0) text += "; " + accepted();
  return text;
}

int exit_code_of(const FleetCounts& counts) {
  if (is_completed(counts)) return 0;
  return counts.noncompliant > 0 ? 2 : 3;
}

}  // namespace patchstate
