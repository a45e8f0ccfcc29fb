// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"
#include "collectors/collector.h"
#include "collectors/windows_update/update_rules.h"
#include "collectors/windows_update/windows_update_errors.h"

namespace patchstate::windows_update {
namespace {

constexpr ErrorCode kNoInterface = 0x80004002;
constexpr std::size_t kMostWarnings = 8;
constexpr std::size_t kMostNamed = 4;
constexpr std::size_t kLongest = 400;

bool is_failure(ErrorCode code) {
  return (code & 0x80000000U) != 0;
}

std::string seconds(std::chrono::milliseconds duration) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

std::string_view ending(SearchResult result) {
  switch (result) {
    case SearchResult::not_ended:
      return "gave no result";
    case SearchResult::not_started:
      return "was not started";
    case SearchResult::in_progress:
      return "is still in progress";
    case SearchResult::failed:
      return "failed";
    case SearchResult::aborted:
      return "was aborted";
    case SearchResult::succeeded:
    case SearchResult::succeeded_with_errors:
      break;
  }
  return "ended";
}

/// "the search of WSUS https://… failed".
std::string what_failed(const Search& search, const UpdateSource& source) {
  const std::string call = search.failed_call.empty() ? "" : " in " + clean_text(search.failed_call, kLongest);
  return fmt::format("the search of {} {}{}", repository_name(source), ending(search.result), call);
}

/// Throws where the search is no answer.
void check_search(const Snapshot& snapshot, const UpdateSource& source) {
  const Search& search = snapshot.search;
  const std::string code = search.error == 0 ? std::string() : explain(search.error).name;
  if (const auto why = why_disabled(snapshot); !why.empty()) throw CollectorError(FailureKind::disabled, why, code);
  if (search.timed_out)
    throw CollectorError(
        FailureKind::timed_out,
        fmt::format("the search of {} did not end in {} and was given up; the agent may go on with it, and the next "
                    "search is quicker then: check again later, or give it more time",
                    repository_name(source), seconds(search.duration)),
        code);
  if (is_failure(search.error)) {
    const auto error = explain(search.error);
    CollectorError failure(
        error.kind, fmt::format("{}: {}; {}", what_failed(search, source), description(search.error), error.advice),
        error.name);
    failure.may_pass = error.retry_soon;
    throw failure;
  }
  if (search.result != SearchResult::succeeded && search.result != SearchResult::succeeded_with_errors)
    throw CollectorError(
        FailureKind::tool_failed,
        what_failed(search, source) +
            ", and no error code says why; `Get-WindowsUpdateLog` in PowerShell shows what the agent did",
        code);
}

/// One warning for each error of a search that kept going (edge-127).
void add_search_warnings(const Search& search, const UpdateSource& source, Findings& findings) {
  const bool with_errors = search.result == SearchResult::succeeded_with_errors;
  std::map<std::pair<ErrorCode, std::string>, int> groups;
  for (const auto& one : search.warnings) ++groups[{one.error, one.context}];
  std::size_t shown = 0;
  for (const auto& [group, number] : groups) {
    const auto& [error, context] = group;
    const bool incomplete = with_errors || context == "search_incomplete";
    const std::string times = number == 1 ? "" : fmt::format(", {} times", number);
    if (++shown <= kMostWarnings)
      findings.warnings.push_back({"search_with_errors",
                                   fmt::format("the search of {} went on after {}{}; {}", repository_name(source),
                                               description(error), times, explain(error).advice),
                                   context, incomplete});
  }
  if (groups.size() > kMostWarnings)
    findings.warnings.push_back({"search_with_errors",
                                 fmt::format("the search of {} went on after {} more kinds of errors",
                                             repository_name(source), groups.size() - kMostWarnings),
                                 {},
                                 with_errors});
  if (with_errors && groups.empty())
    findings.warnings.push_back({"search_with_errors",
                                 fmt::format("the search of {} succeeded with errors, and does not say with which: "
                                             "updates may be missing from the list",
                                             repository_name(source)),
                                 {},
                                 true});
}

struct Words {
  std::string_view name;
  std::string_view words;
};

/// What is not known where an interface is missing.
constexpr auto kInterfaces = std::to_array<Words>({
    {"IUpdate2", "CVE ids and which updates wait for a reboot"},
    {"IUpdate3", "which updates are offered as optional (BrowseOnly)"},
    {"IUpdate4", "which updates are for single users"},
    {"IUpdate5", "which updates are never selected by themselves (AutoSelection)"},
    {"IUpdateSearcher2", "updates that a low priority of download hides"},
    {"IUpdateSearcher3", "updates for single users"},
    {"IUpdateSession2", "titles in English"},
    {"IUpdateSession3", "the update services of this machine"},
    {"IUpdateServiceManager2", "the update services of this machine"},
    {"IUpdateService2", "which update service is the default"},
    {"IAutomaticUpdates2", "when the last search succeeded"},
});

constexpr auto kProperties = std::to_array<Words>({
    {"CveIDs", "CVE ids"},
    {"Categories", "categories"},
    {"MsrcSeverity", "MSRC severity"},
    {"KBArticleIDs", "KB numbers"},
    {"MaxDownloadSize", "size"},
    {"RebootRequired", "whether a reboot is required"},
    {"BrowseOnly", "whether they are optional"},
    {"AutoSelection", "whether they are selected by themselves"},
    {"IsHidden", "whether they are hidden"},
    {"IsInstalled", "whether they are installed"},
    {"InstallationBehavior", "behaviour at reboot"},
    {"RebootBehavior", "behaviour at reboot"},
    {"LastDeploymentChangeTime", "date"},
    {"SupersededUpdateIDs", "what they supersede"},
    {"Identity", "id"},
    {"UpdateID", "id"},
    {"RevisionNumber", "revision"},
    {"CategoryID", "ids of categories"},
    {"Type", "type"},
    {"DeploymentAction", "what the server wants done"},
    {"MoreInfoUrls", "links"},
    {"Title", "title"},
});

/// "IUpdate2.CveIDs" → "IUpdate2", "CveIDs".
std::pair<std::string, std::string> parts(const std::string& property) {
  const auto dot = property.find('.');
  if (dot == std::string::npos) return {property, property};
  return {property.substr(0, dot), property.substr(dot + 1)};
}

template <class List>
std::string in_words(const List& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Words& one) { return one.name == name; });
  return found == list.end() ? clean_text(name, kLongest) : std::string(found->words);
}

bool is_missing(const Snapshot& snapshot, const std::string& interface_name) {
  const auto& all = snapshot.missing_interfaces;
  return std::find(all.begin(), all.end(), interface_name) != all.end();
}

void add_missing_interfaces(const Snapshot& snapshot, Findings& findings) {
  if (snapshot.missing_interfaces.empty()) return;
  std::vector<std::string> unknown;
  for (const auto& name : snapshot.missing_interfaces)
    if (auto words = in_words(kInterfaces, name); std::find(unknown.begin(), unknown.end(), words) == unknown.end())
      unknown.push_back(std::move(words));
  const std::string version = snapshot.agent_version.empty() ? "" : " " + clean_text(snapshot.agent_version, kLongest);
  findings.warnings.push_back(
      {"agent_outdated",
       fmt::format("this Windows Update Agent{} can't tell {} (it lacks {})", version, listed(unknown, unknown.size()),
                   clean_text(listed(snapshot.missing_interfaces, kMostNamed), kLongest)),
       {},
       false});
}

/// "CVE ids of 12 updates could not be read: …": a property and an error at a time.
void add_unreadable_properties(const Snapshot& snapshot, Findings& findings) {
  std::map<std::pair<std::string, ErrorCode>, int> groups;
  for (const auto& update : snapshot.updates)
    for (const auto& one : update.missing)
      if (one.error != kNoInterface || !is_missing(snapshot, parts(one.property).first))
        ++groups[{one.property, one.error}];
  std::size_t shown = 0;
  for (const auto& [group, number] : groups)
    if (++shown <= kMostWarnings)
      findings.warnings.push_back(
          {"properties_unreadable",
           fmt::format("{} of {} could not be read: {}", in_words(kProperties, parts(group.first).second),
                       counted(number, "update"), description(group.second)),
           clean_text(group.first, kLongest), false});
  if (groups.size() > kMostWarnings)
    findings.warnings.push_back(
        {"properties_unreadable",
         fmt::format("{} more properties of updates could not be read", groups.size() - kMostWarnings),
         {},
         false});
}

/// An item of the result that could not be had is an update that is not in the list.
bool costs_updates(const std::string& property) {
  return property.starts_with("IUpdateCollection") || property.starts_with("ISearchResult");
}

void add_problems(const Snapshot& snapshot, Findings& findings) {
  std::size_t shown = 0;
  for (const auto& one : snapshot.problems) {
    const bool incomplete = costs_updates(one.property);
    if (!incomplete && one.error == kNoInterface && is_missing(snapshot, parts(one.property).first)) continue;
    if (++shown > kMostWarnings && !incomplete) continue;
    findings.warnings.push_back(
        {"agent_error",
         fmt::format("{} of the Windows Update Agent could not be asked: {}{}", clean_text(one.property, kLongest),
                     description(one.error), incomplete ? "; an update may be missing from the list" : ""),
         clean_text(one.property, kLongest), incomplete});
  }
}

std::optional<Time> package_issued(const Snapshot& snapshot) {
  if (!snapshot.services) return std::nullopt;
  for (const auto& service : *snapshot.services)
    if (service.is_scan_package.value_or(false) && service.id == snapshot.search.service_id) return service.issued;
  return std::nullopt;
}

Metadata metadata(const Snapshot& snapshot, const UpdateSource& source, const std::vector<Update>& updates, Time now) {
  Metadata all;
  if (snapshot.search.offline_package) {
    all.checked_at = all.published_at = package_issued(snapshot);
    all.checked_evidence = "the day the scan package was signed";
  } else if (snapshot.search.online.value_or(false)) {
    all.checked_at = now;
    all.checked_evidence = "this search, which asked the server";
  } else if (snapshot.last_search_success) {
    all.checked_at = snapshot.last_search_success;
    all.checked_evidence = "the agent's last successful search (LastSearchSuccessDate)";
  }
  Repository repository;
  repository.name = repository_name(source);
  repository.state = RepositoryState::ok;
  repository.checked_at = all.checked_at;
  repository.published_at = all.published_at;
  repository.security = true;
  all.repositories.push_back(repository);
  const auto unclassified = [](const Update& update) { return is_pending(update) && is_unclassified(update); };
  if (std::any_of(updates.begin(), updates.end(), unclassified)) all.missing_advisory_data.push_back(repository.name);
  return all;
}

void add_package_limits(const Search& search, const UpdateSource& source, Findings& findings) {
  if (!search.offline_package) return;
  findings.warnings.push_back({"security_updates_only",
                               "a scan package has security updates, update rollups and service packs alone: whether "
                               "other updates are pending is not known",
                               source.name, false});
}

/// The history names it; the agent's own date is that of automatic updates alone, and may be the later one.
std::optional<Installation> last_installation(const Snapshot& snapshot) {
  const auto& automatic = snapshot.last_installation_success;
  const auto& entry = snapshot.last_installation;
  if (entry && entry->date && (!automatic || *entry->date >= *automatic))
    return Installation{*entry->date, clean_text(entry->title, kLongest)};
  if (automatic) return Installation{*automatic, {}};
  return std::nullopt;
}

}  // namespace

Findings judge(const Snapshot& snapshot, Time now) {
  UpdateSource source = update_source(snapshot, now);
  check_search(snapshot, source);
  Findings findings;
  findings.tool = "Windows Update Agent";
  findings.tool_version = snapshot.agent_version;
  findings.service = source.service;
  findings.updates = judge_updates(snapshot.updates, snapshot.reboot_required);
  for (auto& update : findings.updates) {
    update.repository = repository_name(source);
    update.origin = source.name;
  }
  findings.metadata = metadata(snapshot, source, findings.updates, now);
  findings.last_installation = last_installation(snapshot);
  findings.warnings = std::move(source.warnings);
  add_package_limits(snapshot.search, source, findings);
  add_search_warnings(snapshot.search, source, findings);
  add_missing_interfaces(snapshot, findings);
  add_unreadable_properties(snapshot, findings);
  add_problems(snapshot, findings);
  return findings;
}

}  // namespace patchstate::windows_update
