// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_metadata_rules.h"

#include <algorithm>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::apt {
namespace {

const ReleaseFacts& release_of(const Source& source, const Surroundings& around) {
  static const ReleaseFacts kNone;
  const auto found = around.releases.find(source.release_file);
  return source.release_file.empty() || found == around.releases.end() ? kNone : found->second;
}

std::string name_of(const Source& source) {
  std::string uri = source.uri;
  if (uri.ends_with('/')) uri.pop_back();
  std::string name = uri + " " + source.suite;
  if (!source.components.empty()) name += "/" + source.components;
  return masked(name);
}

std::string index_folder(const std::string& component, const std::string& architecture) {
  return component.empty() ? "" : component + "/binary-" + architecture;
}

bool offers(const Release& release, const MissingIndex& index) {
  // No hash list at all: nothing says that the index is not to be had.
  if (release.packages_indexes.empty()) return true;
  const auto found = release.packages_indexes.find(index_folder(index.component, index.architecture));
  return found != release.packages_indexes.end() && found->second != 0;
}

/// A plain Packages file that was cut off parses well and simply offers fewer versions; the Release file knows its
/// size.
bool is_torn(const StoredIndex& index, const Release& release, const Surroundings& around) {
  const auto stored = around.indexes.find(index.file);
  if (stored == around.indexes.end() || !index.file.ends_with("Packages")) return false;
  if (stored->second.size < 0) return false;  // gone since apt read it
  if (stored->second.size > 0 && !stored->second.ends_with_newline) return true;
  const auto listed = release.packages_indexes.find(index_folder(index.component, index.architecture));
  return listed != release.packages_indexes.end() && listed->second >= 0 && listed->second != stored->second.size;
}

/// Indexes that the repository has, that hold something, and that were never fetched. "all" is fetched only from
/// repositories that ask for it; elsewhere its packages are in every architecture's index.
std::vector<MissingIndex> missing_indexes(const Source& source, const Release& release) {
  std::vector<MissingIndex> missing;
  for (const auto& index : source.missing_indexes)
    if (index.architecture != "all" && offers(release, index)) missing.push_back(index);
  return missing;
}

/// The address before the suite, without the name and password that only sources.list has.
std::string place_of(const std::string& repository) {
  std::string place = repository.substr(0, repository.find(' '));
  const auto host = place.find("://");
  const auto at = place.find('@');
  if (host != std::string::npos && at != std::string::npos && at < place.find('/', host + 3))
    place.erase(host + 3, at - host - 2);
  while (place.ends_with('/')) place.pop_back();
  return place;
}

bool is_security_release(const Release& release) {
  return is_security_archive({"", "", release.suite, release.codename, release.origin, release.label});
}

Repository repository(const Source& source, const Surroundings& around) {
  Repository one;
  one.name = name_of(source);
  const ReleaseFacts& facts = release_of(source, around);
  const std::string suite = source.suite;
  one.security = suite.ends_with("-security");
  if (facts.reading == ReleaseFacts::Reading::missing) {
    one.state = RepositoryState::never_fetched;
    return one;
  }
  if (facts.reading == ReleaseFacts::Reading::unreadable) {
    one.state = RepositoryState::unreadable;
    return one;
  }
  one.security = is_security_release(facts.release);
  one.checked_at = facts.checked_at;
  one.published_at = facts.release.date;
  one.valid_until = facts.release.valid_until;
  one.state = RepositoryState::ok;
  if (!missing_indexes(source, facts.release).empty()) one.state = RepositoryState::never_fetched;
  if (one.valid_until && *one.valid_until < around.now) one.state = RepositoryState::expired;
  return one;
}

Warning incomplete(std::string code, std::string subject, std::string message) {
  return {std::move(code), std::move(message), std::move(subject), true};
}

void add_source_warnings(const Source& source, const Surroundings& around, std::vector<Warning>& warnings) {
  const Repository state = repository(source, around);
  const ReleaseFacts& facts = release_of(source, around);
  for (const auto& index : source.stored_indexes)
    if (facts.reading == ReleaseFacts::Reading::ok && is_torn(index, facts.release, around))
      warnings.push_back(incomplete(
          "index_damaged", state.name,
          fmt::format("{} is cut off or not the one its Release file describes. Run `apt-get update`", index.file)));
  switch (state.state) {
    case RepositoryState::never_fetched: {
      std::string what = "is configured but was never fetched";
      if (facts.reading == ReleaseFacts::Reading::ok) {
        const auto missing = missing_indexes(source, facts.release).front();
        what = fmt::format("has an index that was never fetched ({} {})", missing.component, missing.architecture);
      }
      warnings.push_back(
          incomplete("never_fetched", state.name,
                     fmt::format("{} {}: its updates are not known. Run `apt-get update`", state.name, what)));
      break;
    }
    case RepositoryState::expired:
      warnings.push_back(incomplete("metadata_expired", state.name,
                                    fmt::format("metadata of {} was valid until {} only. Run `apt-get update`; if that "
                                                "does not help, the mirror is out of date",
                                                state.name, format_time(*state.valid_until))));
      break;
    case RepositoryState::unreadable:
      warnings.push_back(incomplete(
          "source_unreadable", state.name,
          fmt::format("the Release file of {} can't be read: {}. Run `apt-get update`", state.name, facts.problem)));
      break;
    default:
      break;
  }
}

/// The security archive of this very release: one of the release before, left behind by an upgrade, and a third party's
/// "app-security" serve other packages. Debian's had the codename of the release until 10 (edge-72).
bool is_security_archive_of(const Release& release, const BaseRelease& base) {
  if (base.codename.empty()) return is_security_release(release);
  const std::string name = base.codename + "-security";
  return release.suite == name || release.codename == name ||
         (release.label == "Debian-Security" &&
          (release.codename == base.codename || release.codename == base.codename + "/updates"));
}

/// A flat repository has no components.
bool has_main(const Source& source) {
  return source.components.empty() || (" " + source.components + " ").find(" main ") != std::string::npos;
}

/// A release that has a security archive, without that among the sources: its security updates would never be seen.
/// Rolling releases have none, nor have Kali and Raspbian, which name no base.
bool misses_security_archive(const Snapshot& snapshot, const Surroundings& around) {
  if (around.base.distribution.empty() || around.base.rolling || snapshot.sources.empty()) return false;
  return std::none_of(snapshot.sources.begin(), snapshot.sources.end(), [&](const Source& source) {
    const ReleaseFacts& facts = release_of(source, around);
    return facts.reading == ReleaseFacts::Reading::ok && is_security_archive_of(facts.release, around.base) &&
           has_main(source);
  });
}

Warning no_security_source(const BaseRelease& base) {
  const std::string release = base.codename.empty() ? "this release" : clean_text(base.codename, 64);
  return incomplete("no_security_source", "",
                    fmt::format("the security archive of {} (component main) is not among the fetched sources: its "
                                "security updates can't be seen",
                                release));
}

void add_complaints(const Snapshot& snapshot, std::vector<Warning>& warnings) {
  for (const auto& complaint : snapshot.complaints) {
    const std::string text = masked(complaint.text, 500);
    const bool denied = text.find("Permission denied") != std::string::npos;
    const bool about_sources = text.find("sources.list") != std::string::npos;
    if (denied && about_sources) {
      warnings.push_back(incomplete(
          "source_unreadable", "", "a sources file can't be read by this user, so its updates are not known: " + text));
    } else if (complaint.error || denied) {
      warnings.push_back(incomplete("apt_error", "", "apt says: " + text));
    } else {
      warnings.push_back({"apt_warning", "apt says: " + text, "", false});
    }
  }
}

void add_dpkg_health(const Snapshot& snapshot, const Surroundings& around, std::vector<Warning>& warnings) {
  const DpkgDatabase& dpkg = around.dpkg;
  if (dpkg.there && (!dpkg.ends_with_newline || dpkg.file_lists > dpkg.records))
    warnings.push_back(incomplete(
        "dpkg_database_damaged", "",
        dpkg.ends_with_newline
            ? fmt::format("the dpkg status file has {} records but {} packages have file lists: it is not whole. "
                          "Restore it from /var/backups",
                          dpkg.records, dpkg.file_lists)
            : "the dpkg status file ends in the middle of a line: it is cut off. Restore it from /var/backups"));
  if (dpkg.journal_left)
    warnings.push_back(
        incomplete("dpkg_interrupted", "",
                   "dpkg was interrupted and what is installed is not settled. Run `dpkg --configure -a`"));
  for (const auto& package : snapshot.broken_packages) {
    const bool torn = package.state == "half-installed" || package.state == "reinst-required";
    warnings.push_back(
        {"package_not_configured",
         fmt::format("{}:{} is {}. Run `dpkg --configure -a`{}", package.name, package.arch, package.state,
                     torn ? fmt::format(" and `apt-get install --reinstall {}`", package.name) : ""),
         package.name, torn});
  }
}

}  // namespace

std::string archive_family(const PackageFile& file) {
  if (file.origin.empty()) return {};
  // trixie, trixie-updates and trixie-security; Ubuntu's pockets all have the release's own codename.
  const std::string name = file.codename.empty() ? file.archive : file.codename;
  const std::string release = name.substr(0, name.find_first_of("-/"));
  const bool elsewhere = file.origin == "Debian" || file.origin == "Ubuntu" || file.origin == "Devuan";
  return file.origin + "\n" + release + "\n" + (elsewhere ? "" : place_of(file.repository));
}

std::set<std::string> families_with_security_archive(const Snapshot& snapshot, const Surroundings& surroundings) {
  std::set<std::string> families;
  for (const auto& source : snapshot.sources) {
    const ReleaseFacts& facts = release_of(source, surroundings);
    if (facts.reading != ReleaseFacts::Reading::ok || !is_security_release(facts.release)) continue;
    const Release& release = facts.release;
    families.insert(archive_family({"", source.uri, release.suite, release.codename, release.origin, release.label}));
  }
  families.erase("");
  return families;
}

Metadata judge_metadata(const Snapshot& snapshot, const Surroundings& surroundings) {
  Metadata metadata;
  bool all_traced = true;
  bool weak = false;
  for (const auto& source : snapshot.sources) {
    Repository one = repository(source, surroundings);
    const bool answered = one.state == RepositoryState::ok || one.state == RepositoryState::expired;
    if (answered && !one.checked_at) all_traced = false;
    weak = weak || (answered && release_of(source, surroundings).checked_is_weak);
    if (one.checked_at)
      metadata.checked_at = std::min(one.checked_at, metadata.checked_at ? metadata.checked_at : one.checked_at);
    if (one.published_at)
      metadata.published_at =
          std::min(one.published_at, metadata.published_at ? metadata.published_at : one.published_at);
    metadata.repositories.push_back(std::move(one));
  }
  if (!all_traced) metadata.checked_at.reset();
  if (metadata.checked_at)
    metadata.checked_evidence = weak ? "their date of publication: weak, the system keeps no trace of the last check"
                                     : "the age of apt's Release files";
  return metadata;
}

std::vector<Warning> judge_health(const Snapshot& snapshot, const Surroundings& surroundings) {
  std::vector<Warning> warnings;
  if (snapshot.installed_count == 0)
    warnings.push_back(
        incomplete("no_installed_packages", "", "the dpkg database names no installed package, which can't be"));
  if (snapshot.sources.empty())
    warnings.push_back(
        incomplete("no_sources", "", "apt has no package source configured: nothing can be known to be missing"));
  for (const auto& source : snapshot.sources) add_source_warnings(source, surroundings, warnings);
  if (misses_security_archive(snapshot, surroundings)) warnings.push_back(no_security_source(surroundings.base));
  if (snapshot.resolution == ResolutionKind::failed)
    warnings.push_back(
        {"dependencies_broken",
         "the installed packages' dependencies are broken, so apt can't say what it would keep back. Run "
         "`apt-get --fix-broken install`",
         "", false});
  add_dpkg_health(snapshot, surroundings, warnings);
  add_complaints(snapshot, warnings);
  for (const auto& line : snapshot.not_understood)
    warnings.push_back(
        incomplete("not_understood", "", "apt printed a line that is not understood: " + masked(line, 300)));
  return warnings;
}

}  // namespace patchstate::apt
