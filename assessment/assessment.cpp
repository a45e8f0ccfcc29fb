// SPDX-License-Identifier: Apache-2.0
#include "assessment/assessment.h"

#include <algorithm>
#include <tuple>

namespace patchstate {
namespace {

bool has(const Update& update, Classification wanted) {
  return std::find(update.classifications.begin(), update.classifications.end(), wanted) !=
         update.classifications.end();
}

int group_of(const Update& update) {
  if (!is_pending(update)) return is_security(update) ? 3 : 4;
  if (is_security(update)) return 0;
  return is_unclassified(update) ? 1 : 2;
}

/// `unknown` may be anything, so it is not listed behind what the vendor calls moderate.
int urgency_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return 0;
    case Severity::important:
      return 1;
    case Severity::unknown:
      return 2;
    case Severity::moderate:
      return 3;
    case Severity::low:
      return 4;
    case Severity::none:
      return 5;
  }
  return 2;
}

bool is_incomplete(const std::vector<Warning>& warnings) {
  return std::any_of(warnings.begin(), warnings.end(), [](const Warning& warning) { return warning.incomplete; });
}

bool says_less_than_it_could(const Repository& repository) {
  return repository.state == RepositoryState::never_fetched || repository.state == RepositoryState::expired ||
         repository.state == RepositoryState::unreadable;
}

}  // namespace

bool mostly_passes(FailureKind kind) {
  return kind == FailureKind::unreachable || kind == FailureKind::timed_out || kind == FailureKind::locked;
}

bool is_pending(const Update& update) {
  return update.state == UpdateState::installable || update.state == UpdateState::installed_pending_reboot;
}

bool is_security(const Update& update) {
  return has(update, Classification::security) || has(update, Classification::critical);
}

bool is_unclassified(const Update& update) {
  return std::all_of(update.classifications.begin(), update.classifications.end(),
                     [](Classification value) { return value == Classification::unknown; });
}

Counts count(const Assessment& assessment) {
  Counts counts;
  for (const auto& source : assessment.sources) {
    const auto* findings = std::get_if<Findings>(&source.outcome);
    if (findings == nullptr) continue;
    for (const auto& update : findings->updates) {
      if (!is_pending(update))
        ++(is_security(update) ? counts.not_installable_security : counts.not_installable_other);
      else if (is_security(update))
        ++counts.critical_and_security;
      else
        ++(is_unclassified(update) ? counts.unclassified : counts.other);
    }
  }
  return counts;
}

Status status_of(const SourceReport& source) {
  const auto* findings = std::get_if<Findings>(&source.outcome);
  if (findings == nullptr) return Status::failed;
  const auto& repositories = findings->metadata.repositories;
  if (is_incomplete(findings->warnings) ||
      std::any_of(repositories.begin(), repositories.end(), says_less_than_it_could))
    return Status::partial;
  return Status::succeeded;
}

Status status_of(const Assessment& assessment) {
  const auto& sources = assessment.sources;
  const auto is = [](Status wanted) {
    return [wanted](const SourceReport& source) { return status_of(source) == wanted; };
  };
  if (std::all_of(sources.begin(), sources.end(), is(Status::failed))) return Status::failed;
  if (is_incomplete(assessment.warnings) || !std::all_of(sources.begin(), sources.end(), is(Status::succeeded)))
    return Status::partial;
  return Status::succeeded;
}

std::vector<const Update*> updates_by_urgency(const Assessment& assessment) {
  // What most comparisons end with is worked out once.
  struct Entry {
    int group;
    int urgency;
    const Update* update;
  };
  std::vector<Entry> entries;
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& update : findings->updates)
        entries.push_back({group_of(update), urgency_of(update.severity), &update});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
    const auto key = [](const Entry& entry) {
      const Update& update = *entry.update;
      return std::tie(entry.group, entry.urgency, update.name, update.arch, update.patch_id);
    };
    return key(left) < key(right);
  });
  std::vector<const Update*> updates;
  updates.reserve(entries.size());
  for (const auto& entry : entries) updates.push_back(entry.update);
  return updates;
}

}  // namespace patchstate
