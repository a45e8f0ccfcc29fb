// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_fast_path.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include <fmt/core.h>

#include "collectors/blanks.h"
#include "collectors/zypper/zypper_rules.h"
#include "collectors/zypper/zypper_told_advisories.h"

namespace patchstate::zypper {
namespace {

constexpr int kPlainPriority = 99;

/// Beginnings of keys that say how packages are fetched, checked and cleaned up after, what new ones are recommended,
/// or what may be installed beside itself, of which nothing is installed twice where the probe is believed.
constexpr std::array kHarmless = {"multiversion",
                                  "commit.",
                                  "download.",
                                  "history.",
                                  "rpm.",
                                  "repo.refresh.",
                                  "gpgcheck",
                                  "repo_gpgcheck",
                                  "pkg_gpgcheck",
                                  "packagesdir",
                                  "pluginsdir",
                                  "update.",
                                  "solver.onlyRequires",
                                  "solver.cleandepsOnRemove",
                                  "solver.upgrade",
                                  "solver.dup"};

/// Lines with something in them, comments left out.
std::vector<std::string_view> lines_in_force(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.front() != '#' && line.front() != ';') lines.push_back(line);
  }
  return lines;
}

/// An update that leaves zypper no choice: one newest version, of the same architecture and vendor as what is
/// installed, and the solver takes it.
std::string why_not_plain(const ProbedPackage& package) {
  if (package.newest.empty()) return package.name + " would be replaced by what is not newer";
  if (package.vendors != std::vector{package.installed.vendor}) return package.name + " comes from several vendors";
  const ProbedVersion& newest = package.newest.front();
  if (package.newest.size() != 1) return fmt::format("{} {} is there more than once", package.name, newest.version);
  if (newest.arch != package.installed.arch) return package.name + " changes its architecture";
  if (package.chosen.size() != 1 || package.chosen.front() != newest)
    return fmt::format("{} {} can't be installed", package.name, newest.version);
  return {};
}

/// One package alone obsoletes it, and what zypper would take of that is the only one there is.
std::string why_not_plain(const ReplacedPackage& package) {
  if (package.obsoleters.size() != 1 || package.by.size() != 1) return package.name + " could be replaced by several";
  const ProbedReplacement& by = package.by.front();
  if (by.newest != std::vector{by.chosen} || by.chosen.arch != package.installed.arch ||
      by.chosen.vendor != package.installed.vendor)
    return fmt::format("{} {} is not the only one in place of {}", by.name, by.chosen.version, package.name);
  return {};
}

/// Beside updates of what is installed: zypper installs them too (`zypper update`), and lists them nowhere.
void add_replacements(const std::vector<ReplacedPackage>& all, Snapshot& snapshot) {
  for (const auto& one : all) {
    const ProbedReplacement& by = one.by.front();
    const std::string replaced = fmt::format("{}-{}.{}", one.name, one.installed.version, one.installed.arch);
    const auto known = std::find_if(snapshot.updates.begin(), snapshot.updates.end(),
                                    [&](const ListedUpdate& row) { return row.name == by.name; });
    if (known == snapshot.updates.end()) {
      ListedUpdate row;
      row.kind = Kind::package;
      row.name = by.name;
      row.edition = by.chosen.version;
      row.arch = by.chosen.arch;
      row.repository = by.chosen.repository;
      row.replaces = replaced;
      snapshot.updates.push_back(std::move(row));
    } else if (!known->replaces.empty()) {
      known->replaces += ", " + replaced;
    }
  }
}

ListedUpdate row_of(const ProbedPackage& package) {
  const ProbedVersion& chosen = package.chosen.front();
  ListedUpdate row;
  row.kind = Kind::package;
  row.name = package.name;
  row.edition = chosen.version;
  row.edition_old = package.installed.version;
  row.arch = chosen.arch;
  row.repository = chosen.repository;
  return row;
}

bool is_security_type(const std::string& type) {
  return rpm::classification_of(type) == Classification::security;
}

}  // namespace

// [main]
// multiversion = provides:multiversion(kernel)
std::vector<std::string> unusual_settings(std::string_view zypp_conf) {
  std::vector<std::string> unusual;
  for (const auto line : lines_in_force(zypp_conf)) {
    const bool harmless = line == "[main]" || std::any_of(kHarmless.begin(), kHarmless.end(),
                                                          [&](const char* key) { return line.starts_with(key); });
    if (!harmless) unusual.emplace_back(trimmed(line.substr(0, line.find('='))));
  }
  return unusual;
}

std::vector<std::string> system_checks(std::string_view text) {
  std::vector<std::string> checks;
  for (const auto line : lines_in_force(text)) checks.emplace_back(line);
  return checks;
}

std::string needs_zypper(const Snapshot& snapshot) {
  if (!snapshot.warnings.empty() || !snapshot.messages.empty() || !snapshot.not_understood.empty())
    return "its configuration can't all be read";
  if (!snapshot.locks.empty()) return "packages are locked";
  std::set<std::string> aliases;
  for (const auto& one : snapshot.repositories) {
    if (one.reading != FetchedRepository::Reading::ok) return one.config.id + " was not fetched";
    if (!one.config.type.empty() && one.config.type != "rpm-md") return one.config.id + " is of another type";
    if (one.config.priority.value_or(kPlainPriority) !=
        snapshot.repositories.front().config.priority.value_or(kPlainPriority))
      return "repositories differ in priority";
    if (!aliases.insert(one.config.id).second) return one.config.id + " is configured twice";
  }
  if (aliases.empty()) return "there is no repository";
  for (const auto& package : snapshot.installed)
    if (is_ptf(package.evr)) return "a program temporary fix is installed";
  return {};
}

std::string needs_zypper(const ProbeAnswer& answer, const Snapshot& snapshot) {
  if (!answer.stale.empty()) return answer.stale;
  if (answer.problems != 0) return "the solver finds problems";
  if (answer.changes_unasked != 0) return "the system as it is would be changed";
  if (answer.patches_known == 0) return "no repository has patches, which zypper does not take for an answer";
  if (!answer.erased.empty()) return answer.erased.front() + " would be removed";
  if (!answer.several_times.empty()) return answer.several_times.front() + " is installed more than once";
  if (!answer.set_aside.empty()) return answer.set_aside.front() + " is there, but not for zypper";
  for (const auto& package : answer.replaced)
    if (std::string why = why_not_plain(package); !why.empty()) return why;
  std::unordered_map<std::string, const rpm::InstalledPackage*> installed;
  for (const auto& one : snapshot.installed) installed.emplace(one.name + "." + one.arch, &one);
  for (const auto& package : answer.packages) {
    if (std::string why = why_not_plain(package); !why.empty()) return why;
    const auto found = installed.find(package.name + "." + package.installed.arch);
    if (found == installed.end() || rpm::compare(found->second->evr, rpm::parse_evr(package.installed.version)) != 0)
      return package.name + " is another one by the rpm database";
  }
  return {};
}

void take(ProbeAnswer answer, Snapshot& snapshot) {
  snapshot.tool = "patchstate-solv-probe";
  snapshot.tool_version = std::move(answer.tool_version);
  snapshot.patches = std::move(answer.patches);
  for (const auto& package : answer.packages) snapshot.updates.push_back(row_of(package));
  add_replacements(answer.replaced, snapshot);
  snapshot.all_updates = snapshot.updates;
  for (auto& repository : snapshot.repositories) {
    repository.is_told = true;
    const auto& categories = answer.categories[repository.config.id];
    repository.names_security = std::any_of(categories.begin(), categories.end(), is_security_type);
  }
  for (auto& one : answer.advisories) {
    const auto of = std::find_if(snapshot.repositories.begin(), snapshot.repositories.end(),
                                 [&](const auto& repository) { return repository.config.id == one.repository; });
    if (of == snapshot.repositories.end()) continue;
    of->is_told = of->is_told && is_plain(one.advisory);
    of->advisories.push_back(std::move(one.advisory));
  }
}

}  // namespace patchstate::zypper
