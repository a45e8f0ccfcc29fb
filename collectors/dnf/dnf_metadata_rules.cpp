// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_metadata_rules.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::dnf {
namespace {

Warning incomplete(const std::string& code, const std::string& subject, const std::string& message) {
  return {code, message, subject, true};
}

RepositoryState state_of(const Repository& repository) {
  if (repository.loaded) return RepositoryState::ok;
  return repository.cached ? RepositoryState::unreadable : RepositoryState::never_fetched;
}

void add_repository_warnings(const Snapshot& snapshot, const Repository& repository, std::vector<Warning>& warnings) {
  const std::string says =
      repository.problem.empty() ? "" : " (" + snapshot.tool + " says: " + repository.problem + ")";
  if (repository.loaded) return;
  if (repository.cached)
    warnings.push_back(incomplete("index_damaged", repository.id,
                                  masked(fmt::format("the fetched metadata of {} can't be used, so its updates are not "
                                                     "known. Run `{} clean metadata` and `{} makecache`{}",
                                                     repository.id, snapshot.tool, snapshot.tool, says),
                                         1000)));
  else
    warnings.push_back(incomplete(
        "never_fetched", repository.id,
        masked(fmt::format(
                   "the enabled repository {} was never fetched, so its updates are not known. Run `{} makecache`{}",
                   repository.id, snapshot.tool, says),
               1000)));
}

/// Said of a repository that is reported by its own warning already.
bool is_about_unloaded(const Snapshot& snapshot, const Complaint& complaint) {
  return std::any_of(snapshot.repositories.begin(), snapshot.repositories.end(), [&](const Repository& one) {
    return !one.loaded && complaint.text.find(one.id) != std::string::npos;
  });
}

/// Each system's own repositories have its C library, under whatever name they are mirrored; others' have not. Where
/// one was not loaded it may be that one, which is said already.
bool lacks_own_repositories(const Snapshot& snapshot) {
  const auto& all = snapshot.repositories;
  return snapshot.offers_libc == false && !all.empty() &&
         std::all_of(all.begin(), all.end(), [](const Repository& one) { return one.loaded; });
}

/// dnf 4 goes on without a .repo file that it can't read, or a section of it (dnf/conf/read.py).
bool is_about_left_out(std::string_view text) {
  constexpr std::array kSentences = {"failed loading", "Bad id for repo", "Error parsing config"};
  return std::any_of(kSentences.begin(), kSentences.end(),
                     [&](const char* words) { return text.find(words) != std::string_view::npos; });
}

/// The reader of the same files has said so already.
bool is_about_unreadable(const Snapshot& snapshot, const Complaint& complaint) {
  return std::any_of(snapshot.warnings.begin(), snapshot.warnings.end(), [&](const Warning& one) {
    return !one.subject.empty() && complaint.text.find(one.subject) != std::string::npos;
  });
}

void add_complaints(const Snapshot& snapshot, std::vector<Warning>& warnings) {
  for (const auto& complaint : snapshot.complaints) {
    if (is_about_unloaded(snapshot, complaint) || is_about_unreadable(snapshot, complaint)) continue;
    const std::string text = snapshot.tool + " says: " + masked(complaint.text, 500);
    if (is_about_left_out(complaint.text))
      warnings.push_back(
          incomplete("source_unreadable", "", "repositories were left out, so their updates are not known: " + text));
    else if (complaint.error)
      warnings.push_back(incomplete("dnf_error", "", text));
    else
      warnings.push_back({"dnf_warning", text, "", false});
  }
}

}  // namespace

Metadata judge_metadata(const Snapshot& snapshot) {
  Metadata metadata;
  bool all_traced = true;
  for (const auto& repository : snapshot.repositories) {
    patchstate::Repository one;
    one.name = masked(repository.id);
    one.state = state_of(repository);
    one.checked_at = repository.checked;
    one.published_at = repository.published;
    if (repository.loaded && !repository.checked) all_traced = false;
    if (one.checked_at)
      metadata.checked_at = std::min(one.checked_at, metadata.checked_at ? metadata.checked_at : one.checked_at);
    if (one.published_at)
      metadata.published_at =
          std::min(one.published_at, metadata.published_at ? metadata.published_at : one.published_at);
    metadata.repositories.push_back(std::move(one));
  }
  if (!all_traced) metadata.checked_at.reset();
  if (metadata.checked_at)
    metadata.checked_evidence =
        "the age of the metadata in the cache of " + snapshot.tool + ", which each check renews";
  return metadata;
}

std::vector<Warning> judge_health(const Snapshot& snapshot) {
  std::vector<Warning> warnings = snapshot.warnings;
  if (snapshot.installed_count == std::size_t{0})
    warnings.push_back(
        incomplete("no_installed_packages", "", "the rpm database names no installed package, which can't be"));
  if (snapshot.repositories.empty())
    warnings.push_back(incomplete("no_sources", "",
                                  fmt::format("{} has no repository enabled: nothing can be known to be missing. See "
                                              "`{} repolist`",
                                              snapshot.tool, snapshot.tool)));
  if (lacks_own_repositories(snapshot))
    warnings.push_back(incomplete(
        "no_security_source", "",
        fmt::format("no enabled repository offers glibc in any version, so the system's own repositories are not among "
                    "them, and its updates are not known. Register the system, or enable them: see `{} repolist --all`",
                    snapshot.tool)));
  for (const auto& repository : snapshot.repositories) add_repository_warnings(snapshot, repository, warnings);
  if (snapshot.plan_failed)
    warnings.push_back(
        {"dependencies_broken",
         fmt::format("{} finds no way to upgrade, so what it would keep back is not known. Run `{} check`",
                     snapshot.tool, snapshot.tool),
         "", false});
  if (snapshot.detail == Detail::text)
    warnings.push_back({"read_from_text",
                        fmt::format("this {} answers in text for people only: what it leaves out (what is held, which "
                                    "updates can't be installed) is not known",
                                    snapshot.tool),
                        "", false});
  add_complaints(snapshot, warnings);
  for (const auto& line : snapshot.not_understood)
    warnings.push_back(
        incomplete("not_understood", "",
                   fmt::format("{} printed something that is not understood: {}", snapshot.tool, masked(line, 300))));
  return warnings;
}

}  // namespace patchstate::dnf
