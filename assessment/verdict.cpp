// SPDX-License-Identifier: Apache-2.0
#include "assessment/verdict.h"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

using Updates = std::vector<const Update*>;
constexpr std::chrono::hours kClockTolerance{24};
constexpr std::size_t kNamesShown = 3;
constexpr std::size_t kReasonsPerCode = 3;

std::string_view verb(std::size_t number) {
  return number == 1 ? "is" : "are";
}

Updates those(const Updates& updates, auto&& wanted) {
  Updates chosen;
  std::copy_if(updates.begin(), updates.end(), std::back_inserter(chosen),
               [&](const Update* update) { return wanted(*update); });
  return chosen;
}

std::vector<std::string> names_of(const Updates& updates) {
  std::vector<std::string> names;
  for (const auto* update : updates)
    if (std::find(names.begin(), names.end(), update->name) == names.end()) names.push_back(update->name);
  return names;
}

/// "5 kept_back and 1 held".
std::string states_of(const Updates& updates) {
  std::map<UpdateState, int> numbers;
  for (const auto* update : updates) ++numbers[update->state];
  std::vector<std::string> parts;
  for (const auto& [state, number] : numbers) parts.push_back(fmt::format("{} {}", number, to_text(state)));
  return listed(parts, parts.size());
}

/// "79 security updates".
std::string counted_security(const Updates& updates) {
  return counted(static_cast<int>(updates.size()), security_noun(updates));
}

bool decides(const Update& update, const Policy& policy) {
  return is_pending(update) || policy.count_states.contains(update.state);
}

bool counts_as_other(const Update& update, const Policy& policy) {
  const auto& rules = policy.unclassified_as_other;
  return std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
    return !rule.empty() && (update.origin == rule || update.repository.find(rule) != std::string::npos);
  });
}

/// ", 3 of critical and 12 of important severity"; empty where no vendor said.
std::string severities(const Updates& updates) {
  std::vector<std::string> parts;
  for (const auto severity : {Severity::critical, Severity::important}) {
    const auto number = those(updates, [&](const Update& update) { return update.severity == severity; }).size();
    if (number > 0) parts.push_back(fmt::format("{} of {} severity", number, to_text(severity)));
  }
  return parts.empty() ? "" : ", " + listed(parts, parts.size());
}

std::string oldest(const Updates& updates, Time now) {
  std::optional<Time> first;
  for (const auto* update : updates)
    if (update->first_seen && (!first || *update->first_seen < *first)) first = update->first_seen;
  if (!first || *first > now - std::chrono::minutes{1}) return "";
  return fmt::format("; the oldest has been known here for {}", age_in_words(now - *first));
}

void add_known(const Updates& updates, const Policy& policy, Time now, std::vector<Reason>& reasons) {
  const Updates security = those(updates, is_security);
  const auto in_state = [&](UpdateState state) {
    return those(security, [&](const Update& update) { return update.state == state; });
  };
  if (const Updates pending = in_state(UpdateState::installable); !pending.empty())
    reasons.push_back(
        {"security_updates_pending", fmt::format("{} {} missing{}{}", counted_security(pending), verb(pending.size()),
                                                 severities(pending), oldest(pending, now))});
  if (const Updates waiting = in_state(UpdateState::installed_pending_reboot); !waiting.empty())
    reasons.push_back({"reboot_required",
                       fmt::format("{} {} installed but {} effect only after a reboot ({})", counted_security(waiting),
                                   verb(waiting.size()), waiting.size() == 1 ? "takes" : "take",
                                   listed(names_of(waiting), kNamesShown))});
  for (const auto state : policy.count_states) {
    const Updates counted_too = in_state(state);
    if (counted_too.empty() || is_pending(*counted_too.front())) continue;
    reasons.push_back(
        {fmt::format("security_updates_{}", to_text(state)),
         fmt::format("{} {} {} and the policy counts that ({})", counted_security(counted_too),
                     verb(counted_too.size()), to_text(state), listed(names_of(counted_too), kNamesShown))});
  }
}

void add_age(const SourceReport& source, const Metadata& metadata, const Policy& policy, Time now,
             std::vector<Reason>& doubts) {
  if (!metadata.checked_at) {
    doubts.push_back(
        {"metadata_age_unknown",
         fmt::format("{} keeps no trace of a successful check for updates; refresh its metadata", source.name)});
    return;
  }
  const auto age = now - *metadata.checked_at;
  if (age < -kClockTolerance)
    doubts.push_back(
        {"clock_suspect",
         fmt::format("{} was last checked {} in the future, so the age of what it knows can't be told; set "
                     "the clock and refresh its metadata",
                     source.name, age_in_words(-age))});
  else if (age > policy.max_metadata_age)
    doubts.push_back({"metadata_too_old",
                      fmt::format("{} last checked for updates {} ago, more than the {} allowed; refresh its metadata",
                                  source.name, age_in_words(age), age_in_words(policy.max_metadata_age))});
}

/// Code and words for a repository that proves nothing; an empty code for one that does.
Reason doubt_about(const Repository& repository, Time now) {
  if (repository.state == RepositoryState::never_fetched)
    return {"never_fetched", repository.name + " is configured but was never fetched; refresh the metadata"};
  if (repository.state == RepositoryState::unreadable)
    return {"source_unreadable", repository.name + " can't be read by this user"};
  if (repository.valid_until && *repository.valid_until < now)
    return {"metadata_expired",
            fmt::format("the metadata of {} expired {} ago; refresh it, and if that doesn't help its server is stale",
                        repository.name, age_in_words(now - *repository.valid_until))};
  if (repository.state == RepositoryState::expired)
    return {"metadata_expired", "the metadata of " + repository.name + " has expired; refresh it"};
  return {};
}

/// Whether a collector has already said this, in better words, of this repository.
bool is_told(const std::vector<Warning>& warnings, const std::string& code, const std::string& repository) {
  return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& warning) {
    return warning.incomplete && warning.code == code && !warning.subject.empty() &&
           (repository.find(warning.subject) != std::string::npos ||
            warning.subject.find(repository) != std::string::npos);
  });
}

void add_warnings(const std::vector<Warning>& warnings, std::vector<Reason>& doubts) {
  for (const auto& warning : warnings)
    if (warning.incomplete) doubts.push_back({warning.code, warning.message});
}

void add_doubts_of(const SourceReport& source, const Policy& policy, Time now, std::vector<Reason>& doubts) {
  if (const auto* failure = std::get_if<Failure>(&source.outcome)) {
    doubts.push_back({"source_failed", fmt::format("{} gave no answer ({}): {}", source.name, to_text(failure->kind),
                                                   failure->message)});
    return;
  }
  const auto& findings = std::get<Findings>(source.outcome);
  add_age(source, findings.metadata, policy, now, doubts);
  add_warnings(findings.warnings, doubts);
  for (const auto& repository : findings.metadata.repositories)
    if (Reason doubt = doubt_about(repository, now);
        !doubt.code.empty() && !is_told(findings.warnings, doubt.code, repository.name))
      doubts.push_back(std::move(doubt));
}

void add_end_of_support(const OperatingSystem& os, Time now, std::vector<Reason>& doubts) {
  if (!os.end_of_support || *os.end_of_support > now) return;
  const std::string name = os.name.empty() ? (os.id.empty() ? "this system" : os.id) : os.name;
  const std::string by = os.end_of_support_source.empty() ? "" : fmt::format(" (says {})", os.end_of_support_source);
  doubts.push_back(
      {"end_of_support",
       fmt::format("{} has had no security updates since {}{}: none pending does not mean none needed; move "
                   "to a supported release",
                   name, format_time(*os.end_of_support).substr(0, 10), by)});
}

void add_unclassified(const Updates& updates, const Policy& policy, std::vector<Reason>& doubts) {
  const Updates unclassified = those(updates, [&](const Update& update) {
    return decides(update, policy) && is_unclassified(update) && !counts_as_other(update, policy);
  });
  if (unclassified.empty()) return;
  std::vector<std::string> repositories;
  for (const auto* update : unclassified) {
    const std::string& from = update->repository.empty() ? update->origin : update->repository;
    if (!from.empty() && std::find(repositories.begin(), repositories.end(), from) == repositories.end())
      repositories.push_back(from);
  }
  const std::string from = repositories.empty() ? "" : ", from " + listed(repositories, kNamesShown);
  doubts.push_back({"unclassified_updates",
                    fmt::format("nobody can tell whether {} {} security ({}{}); install what is pending, or name the "
                                "repository in the policy's unclassified_as_other",
                                counted(static_cast<int>(unclassified.size()), "pending update"),
                                verb(unclassified.size()), listed(names_of(unclassified), kNamesShown), from)});
}

/// Each reason once, and no more of one kind than anybody reads.
std::vector<Reason> without_repetition(std::vector<Reason> reasons) {
  std::vector<Reason> kept;
  std::map<std::string, std::size_t> seen;
  std::map<std::string, std::size_t> last;
  for (auto& reason : reasons) {
    const auto same = [&](const Reason& other) { return other.code == reason.code && other.message == reason.message; };
    if (std::any_of(kept.begin(), kept.end(), same)) continue;
    if (++seen[reason.code] > kReasonsPerCode) continue;
    last[reason.code] = kept.size();
    kept.push_back(std::move(reason));
  }
  for (const auto& [code, number] : seen)
    if (number > kReasonsPerCode)
      kept[last[code]].message += fmt::format(" (and {} more like this)", number - kReasonsPerCode);
  return kept;
}

std::vector<Reason> doubts_about(const Assessment& assessment, const Updates& updates, const Policy& policy, Time now) {
  std::vector<Reason> doubts;
  if (assessment.sources.empty())
    doubts.push_back({"no_source", "nothing on this machine could be asked for pending updates"});
  add_warnings(assessment.warnings, doubts);
  add_end_of_support(assessment.host.os, now, doubts);
  for (const auto& source : assessment.sources) add_doubts_of(source, policy, now, doubts);
  add_unclassified(updates, policy, doubts);
  return without_repetition(std::move(doubts));
}

std::vector<Reason> proof(const Assessment& assessment, const Updates& updates, Time now) {
  std::vector<std::string> checks;
  for (const auto& source : assessment.sources) {
    const auto& metadata = std::get<Findings>(source.outcome).metadata;
    const auto age = std::max<std::chrono::seconds>(now - *metadata.checked_at, std::chrono::seconds{0});
    const std::string by = metadata.checked_evidence.empty() ? "" : fmt::format(" (by {})", metadata.checked_evidence);
    checks.push_back(fmt::format("{} last checked for updates {} ago{}", source.name, age_in_words(age), by));
  }
  const auto others = those(updates, [&](const Update& update) { return is_pending(update); }).size();
  const std::string rest =
      others == 0 ? "" : fmt::format("; {} {}", counted(static_cast<int>(others), "other update"), verb(others));
  std::vector<Reason> reasons{{"nothing_pending", fmt::format("{}, and no security or critical update is pending{}",
                                                              listed(checks, checks.size()), rest)}};
  const Updates apart = those(updates, is_security);  // none of them decides, or the verdict were another
  if (!apart.empty())
    reasons.push_back({"security_updates_apart",
                       fmt::format("{} {} known, in states that the policy's count_states doesn't name: {} ({})",
                                   counted_security(apart), verb(apart.size()), states_of(apart),
                                   listed(names_of(apart), kNamesShown))});
  return reasons;
}

}  // namespace

Verdict judge(const Assessment& assessment, const Policy& policy, Time now) {
  const Updates updates = updates_by_urgency(assessment);
  std::vector<Reason> reasons;
  add_known(updates, policy, now, reasons);
  const bool is_missing_something = !reasons.empty();
  for (auto& doubt : doubts_about(assessment, updates, policy, now)) reasons.push_back(std::move(doubt));
  if (is_missing_something) return {VerdictValue::noncompliant, std::move(reasons)};
  if (!reasons.empty()) return {VerdictValue::unknown, std::move(reasons)};
  return {VerdictValue::compliant, proof(assessment, updates, now)};
}

}  // namespace patchstate
