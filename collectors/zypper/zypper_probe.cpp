// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "collectors/zypper/zypper_probe_advisories.h"
#include "collectors/zypper/zypper_probe_solver.h"

extern "C" {
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/solvable.h>
#include <solv/solvversion.h>
}

namespace patchstate::zypper {
namespace {

using nlohmann::json;

/// What else there is has its kind ahead of its name; sources have an architecture of their own.
bool is_package(Pool* pool, const Solvable* one) {
  const std::string_view name = pool_id2str(pool, one->name);
  for (const char* const kind : {kPatchPrefix, "pattern:", "product:", "application:", "srcpackage:"})
    if (name.starts_with(kind)) return false;
  return one->arch != ARCH_SRC && one->arch != ARCH_NOSRC;
}

/// [version, architecture, vendor, repository]; the last one not of what is installed.
json version_facts(Pool* pool, const Solvable* one) {
  json facts = {text_of(pool, one->evr), text_of(pool, one->arch), text_of(pool, one->vendor)};
  if (one->repo != pool->installed) facts.push_back(one->repo->name);
  return facts;
}

/// Packages of that name in repositories, those that fit this machine; an empty queue where there are none.
void find_available(Pool* pool, Id name, IdQueue& found) {
  Id id = 0;
  Id place = 0;
  FOR_PROVIDES(id, place, name) {
    const Solvable* const one = pool_id2solvable(pool, id);
    if (one->name == name && one->repo != pool->installed && is_package(pool, one)) found.push(id);
  }
}

Installed installed_packages(Pool* pool) {
  Installed installed;
  Id id = 0;
  Solvable* one = nullptr;
  FOR_REPO_SOLVABLES(pool->installed, id, one)
  if (is_package(pool, one)) installed[one->name].push_back(one);
  return installed;
}

std::map<Id, std::vector<Id>> by_name(Pool* pool, const std::vector<Id>& ids) {
  std::map<Id, std::vector<Id>> named;
  for (const Id id : ids) named[pool_id2solvable(pool, id)->name].push_back(id);
  return named;
}

json versions_of(Pool* pool, const std::vector<Id>& ids) {
  json versions = json::array();
  for (const Id id : ids) versions.push_back(version_facts(pool, pool_id2solvable(pool, id)));
  return versions;
}

struct Newer {
  std::vector<Id> newest;  ///< all packages of the newest version
  std::set<Id> vendors;    ///< of these and of all between
};

/// `installed` is nullptr where all are.
Newer newer_than(Pool* pool, Id name, const Solvable* installed) {
  Newer newer;
  IdQueue available;
  find_available(pool, name, available);
  for (const Id id : available) {
    const Solvable* const one = pool_id2solvable(pool, id);
    if (installed != nullptr && pool_evrcmp(pool, one->evr, installed->evr, EVRCMP_COMPARE) <= 0) continue;
    newer.vendors.insert(one->vendor);
    const int order = newer.newest.empty()
                          ? 0
                          : pool_evrcmp(pool, one->evr, pool_id2solvable(pool, newer.newest[0])->evr, EVRCMP_COMPARE);
    if (order > 0) newer.newest.clear();
    if (order >= 0) newer.newest.push_back(id);
  }
  return newer;
}

/// What is installed and has something newer, or is replaced.
Lines packages(Pool* pool, const Installed& installed, const UpdateRun& run) {
  Lines lines;
  const auto chosen = by_name(pool, run.chosen);
  for (const auto& [name, versions] : installed) {
    if (versions.size() > 1) continue;
    const Solvable* const one = versions.front();
    const Newer newer = newer_than(pool, name, one);
    const auto taken = chosen.find(name);
    if (newer.newest.empty() && taken == chosen.end()) continue;
    json facts = {{"kind", "package"},
                  {"name", text_of(pool, name)},
                  {"installed", version_facts(pool, one)},
                  {"newest", versions_of(pool, newer.newest)},
                  {"vendors", json::array()}};
    for (const Id vendor : newer.vendors) facts["vendors"].push_back(text_of(pool, vendor));
    facts["chosen"] = taken == chosen.end() ? json::array() : versions_of(pool, taken->second);
    lines.push_back(line_of(facts));
  }
  return lines;
}

bool obsoletes(Pool* pool, Solvable* one, Solvable* installed) {
  IdQueue dependencies;
  solvable_lookup_deparray(one, SOLVABLE_OBSOLETES, dependencies.get(), 0);
  return std::any_of(dependencies.begin(), dependencies.end(),
                     [&](Id dependency) { return pool_match_nevr(pool, installed, dependency) != 0; });
}

/// Names of all that could replace it, whatever is chosen.
json obsoleters_of(Pool* pool, Id installed) {
  std::set<std::string> names;
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    Solvable* const other = pool_id2solvable(pool, installed);
    if (one->repo != pool->installed && one->name != other->name && is_package(pool, one) &&
        obsoletes(pool, one, other))
      names.insert(text_of(pool, one->name));
  }
  return names;
}

/// What is installed and goes for something of another name.
Lines replacements(Pool* pool, const UpdateRun& run) {
  Lines lines;
  for (const auto& replaced : run.replaced) {
    const Solvable* const one = pool_id2solvable(pool, replaced.installed);
    json by = json::array();
    for (const Id id : replaced.by) {
      const Solvable* const other = pool_id2solvable(pool, id);
      by.push_back({{"name", text_of(pool, other->name)},
                    {"chosen", version_facts(pool, other)},
                    {"newest", versions_of(pool, newer_than(pool, other->name, nullptr).newest)}});
    }
    lines.push_back(line_of({{"kind", "replaced"},
                             {"name", text_of(pool, one->name)},
                             {"installed", version_facts(pool, one)},
                             {"by", std::move(by)},
                             {"obsoleters", obsoleters_of(pool, replaced.installed)}}));
  }
  return lines;
}

/// Kernels, mostly, or two architectures.
json installed_several_times(Pool* pool, const Installed& installed) {
  json names = json::array();
  for (const auto& [name, versions] : installed)
    if (versions.size() > 1) names.push_back(text_of(pool, name));
  return names;
}

json names_of(Pool* pool, const std::vector<Id>& ids) {
  json names = json::array();
  for (const Id id : ids) names.push_back(text_of(pool, pool_id2solvable(pool, id)->name));
  return names;
}

/// What libzypp takes from its solver although it is there (SATResolver.cc of libzypp), as far as it is or could be
/// installed: retracted updates and PTFs. Not every cache marks the packages of retracted updates.
json set_aside(Pool* pool, const Installed& installed, const UpdateRun& update) {
  json found = json::array();
  for (const char* const token : {"retracted-patch-package()", "ptf()", "ptf-package()"}) {
    const Id provided = pool_str2id(pool, token, 0);
    if (provided == 0) continue;
    Id id = 0;
    Id place = 0;
    FOR_PROVIDES(id, place, provided) {
      const Solvable* const one = pool_id2solvable(pool, id);
      const bool is_chosen = std::find(update.chosen.begin(), update.chosen.end(), id) != update.chosen.end();
      if (one->repo == pool->installed || is_chosen || is_newer_than_installed(pool, one->name, one->evr, installed))
        found.push_back(text_of(pool, one->name));
    }
  }
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    if (is_patch(pool, one) && attribute(one, UPDATE_STATUS) == "retracted" && brings_newer(pool, id, installed))
      found.push_back(text_of(pool, one->name));
  }
  return found;
}

}  // namespace

int probe(const std::string& root, const std::vector<ProbedRepository>& repositories) {
  json head = {{"snapshot", "zypper"},
               {"tool", "patchstate-solv-probe"},
               {"toolVersion", std::string("libsolv ") + solv_version}};
  const LoadedPool loaded = load_pool(root, repositories);
  if (!loaded.pool) {
    head["stale"] = loaded.stale;
    return rpm::print(head, {});
  }
  Pool* const pool = loaded.pool.get();
  const PatchRun status = run_patches(pool);
  const UpdateRun update = run_update(pool);
  const Installed installed = installed_packages(pool);
  const Lines package_lines = packages(pool, installed, update);
  const Lines replaced_lines = replacements(pool, update);
  const ToldAdvisories told = advisories(pool, installed, status, update);
  head["problems"] = status.problems + update.problems;
  head["changesUnasked"] = status.changes;
  head["patchesKnown"] = status.known;
  head["erased"] = names_of(pool, update.erased);
  head["severalTimes"] = installed_several_times(pool, installed);
  head["setAside"] = set_aside(pool, installed, update);
  head["packages"] = package_lines.size();
  head["replaced"] = replaced_lines.size();
  head["advisories"] = told.lines.size();
  head["categories"] = told.categories;
  return rpm::print(head, {package_lines, replaced_lines, told.lines});
}

}  // namespace patchstate::zypper
