// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_metadata_rules.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::zypper {
namespace {

using Reading = FetchedRepository::Reading;

constexpr std::string_view kEvidence = "the age of repomd.xml in zypper's cache";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Warning incomplete(std::string code, std::string subject, const std::string& message) {
  return {std::move(code), masked(message, 1500), std::move(subject), true};
}

bool has_expired(const FetchedRepository& one, Time now) {
  return one.expires_at && *one.expires_at < now;
}

Repository repository_of(const FetchedRepository& from, Time now) {
  Repository one;
  one.name = masked(from.config.id);
  one.checked_at = from.checked_at;
  one.published_at = from.published_at;
  one.state = from.reading == Reading::never_fetched ? RepositoryState::never_fetched
              : from.reading == Reading::unreadable  ? RepositoryState::unreadable
              : has_expired(from, now)               ? RepositoryState::expired
                                                     : RepositoryState::ok;
  one.valid_until = from.expires_at;
  one.security = from.names_security;
  return one;
}

void add_repository_warnings(const FetchedRepository& one, Time now, std::vector<Warning>& warnings) {
  const std::string& name = one.config.id;
  if (one.reading == Reading::never_fetched)
    warnings.push_back(incomplete("never_fetched", name,
                                  fmt::format("{} is enabled but was never fetched: its updates are not known. Run "
                                              "`zypper refresh` as root",
                                              name)));
  else if (one.reading == Reading::unreadable)
    warnings.push_back(incomplete("source_unreadable", name,
                                  fmt::format("what zypper has fetched of {} can't be read: {}", name, one.problem)));
  else if (has_expired(one, now))
    warnings.push_back(
        incomplete("metadata_expired", name,
                   fmt::format("the metadata of {} expired on {}: newer ones were promised until then. Run `zypper "
                               "refresh`; if that does not help, its mirror is stale or it is given up",
                               name, format_time(*one.expires_at))));
  if (one.reading == Reading::ok && !one.problem.empty())
    warnings.push_back(incomplete(
        "index_damaged", name,
        fmt::format("the advisories of {} can't all be read: {}. Run `zypper refresh --force`", name, one.problem)));
}

/// Each system's own repositories have its C library, under whatever name they are mirrored; others' have not. Where
/// one can't be read it may be that one, which is said already.
bool lacks_own_repositories(const Snapshot& snapshot) {
  return snapshot.offers_libc == false &&
         std::all_of(snapshot.repositories.begin(), snapshot.repositories.end(),
                     [](const FetchedRepository& one) { return one.reading == Reading::ok; });
}

/// What SUSE's servers answer to a system whose registration they don't know any more (edge-84).
bool is_about_registration(std::string_view text) {
  constexpr std::array kWords = {"SUSEConnect",
                                 "is not registered",
                                 "registration",
                                 "Permission to access",
                                 "Authentication required",
                                 "Invalid system credentials",
                                 "Refreshing service",
                                 "scc.suse.com"};
  return std::any_of(kWords.begin(), kWords.end(), [&](const char* word) { return contains(text, word); });
}

/// Sentences that say nothing about the list.
bool is_harmless(std::string_view text) {
  constexpr std::array kSentences = {"Ignoring repository", "is outdated. You can run", "not been updated for a while",
                                     "One of the installed patches", "One of installed patches"};
  return std::any_of(kSentences.begin(), kSentences.end(), [&](const char* words) { return contains(text, words); });
}

/// The vendor's own date has passed; the second since zypper 1.14.59.
bool is_about_expiry(std::string_view text) {
  return contains(text, "appears to be outdated") || contains(text, "metadata expired");
}

/// Said with exit code 0, too (edge-116).
bool is_about_skipping(std::string_view text) {
  return contains(text, "Skipping repository") || contains(text, "have not been refreshed");
}

bool has_code(const std::vector<Warning>& warnings, std::string_view code) {
  return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& one) { return one.code == code; });
}

void add_message(const Message& message, std::vector<Warning>& warnings) {
  const std::string text = masked(message.text, 800);
  if (text.empty() || message.kind == MessageKind::info) return;
  if (message.kind == MessageKind::unknown) {
    warnings.push_back({"zypper_warning", "zypper's output also has: " + text, "", false});
  } else if (is_about_registration(text)) {
    warnings.push_back(incomplete(
        "registration_lapsed", "",
        "the update servers refuse this system, so updates may be missing: " + text + " See `SUSEConnect --status`"));
  } else if (contains(text, "Cannot read repo")) {
    // The reader of the same files has mostly said so already.
    if (has_code(warnings, "source_unreadable")) return;
    warnings.push_back(incomplete("source_unreadable", "",
                                  "a repository can't be read by this user, so its updates are not known: " + text));
  } else if (is_about_expiry(text)) {
    if (!has_code(warnings, "metadata_expired"))
      warnings.push_back(incomplete("metadata_expired", "", "zypper says: " + text));
  } else if (is_about_skipping(text)) {
    warnings.push_back(incomplete("repository_skipped", "", "updates may be missing, as zypper says: " + text));
  } else if (message.kind == MessageKind::error) {
    warnings.push_back(incomplete("zypper_error", "", "zypper says: " + text));
  } else if (!is_harmless(text)) {
    warnings.push_back({"zypper_warning", "zypper says: " + text, "", false});
  }
}

void add_update_stack(const Snapshot& snapshot, std::vector<Warning>& warnings) {
  std::string names;
  for (const auto& patch : snapshot.patches)
    if (patch.update_stack) names += (names.empty() ? "" : ", ") + patch.name;
  if (names.empty() && !snapshot.remarks.update_stack_first) return;
  warnings.push_back({"update_stack_first",
                      masked("zypper updates itself before it looks at the rest, so `zypper patch` has to run twice" +
                                 (names.empty() ? names : ": " + names),
                             500),
                      "", false});
}

}  // namespace

Metadata judge_metadata(const Snapshot& snapshot, const Surroundings& around) {
  Metadata metadata;
  bool all_traced = true;
  const auto older = [](const std::optional<Time>& one, const std::optional<Time>& other) {
    return !one ? other : !other ? one : std::min(one, other);
  };
  for (const auto& from : snapshot.repositories) {
    Repository one = repository_of(from, around.now);
    if (from.reading == Reading::ok && !one.checked_at) all_traced = false;
    metadata.checked_at = older(metadata.checked_at, one.checked_at);
    metadata.published_at = older(metadata.published_at, one.published_at);
    metadata.repositories.push_back(std::move(one));
  }
  if (!all_traced) metadata.checked_at.reset();
  if (metadata.checked_at)
    metadata.checked_evidence = std::string(kEvidence) + ", which each successful refresh touches";
  return metadata;
}

std::vector<Warning> judge_health(const Snapshot& snapshot, const Surroundings& around) {
  std::vector<Warning> warnings = snapshot.warnings;
  if (snapshot.installed.empty())
    warnings.push_back(
        incomplete("no_installed_packages", "", "the rpm database names no installed package, which can't be"));
  if (snapshot.repositories.empty())
    warnings.push_back(
        incomplete("no_sources", "", "zypper has no repository enabled: nothing can be known to be missing"));
  if (lacks_own_repositories(snapshot))
    warnings.push_back(incomplete("no_security_source", "",
                                  "no enabled repository offers glibc in any version, so the system's own repositories "
                                  "are not among them, and its updates are not known. Register the system, or enable "
                                  "them: see `zypper repos`"));
  for (const auto& one : snapshot.repositories) add_repository_warnings(one, around.now, warnings);
  for (const auto& message : snapshot.messages) add_message(message, warnings);
  if (snapshot.remarks.has_skipped_repositories && !has_code(warnings, "repository_skipped"))
    warnings.push_back(incomplete("repository_skipped", "",
                                  "zypper skipped a repository (exit code 106), so updates may be missing. Run "
                                  "`zypper refresh` as root and see what it says"));
  add_update_stack(snapshot, warnings);
  for (const auto& line : snapshot.not_understood)
    warnings.push_back(
        incomplete("not_understood", "", "zypper printed something that is not understood: " + masked(line, 300)));
  return warnings;
}

}  // namespace patchstate::zypper
