// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_probe.h"

#include <array>
#include <map>
#include <set>
#include <utility>

extern "C" {
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/solvversion.h>
}

#include "collectors/dnf/dnf_kernels.h"

namespace patchstate::dnf {
namespace {

using nlohmann::json;
using rpm::attribute;
using rpm::line_of;
using rpm::Lines;
using rpm::text_here;
using rpm::text_of;

/// What may be installed beside itself (`installonlypkgs` of dnf5, unless it is set).
constexpr std::array kInstallOnly = {"kernel",
                                     "kernel-PAE",
                                     "installonlypkg(kernel)",
                                     "installonlypkg(kernel-module)",
                                     "installonlypkg(vm)",
                                     "multiversion(kernel)"};

using Installed = std::map<Id, std::vector<Solvable*>>;

Installed installed_packages(Pool* pool) {
  Installed installed;
  Id id = 0;
  Solvable* one = nullptr;
  FOR_REPO_SOLVABLES(pool->installed, id, one)
  installed[one->name].push_back(one);
  return installed;
}

struct Upgrade {
  int problems = 0;
  std::vector<Id> chosen;
  std::vector<Id> gone;  ///< installed, of which nothing of that name is chosen or stays
};

/// With the flags of libdnf5's goal_private.cpp; without changes of vendor, which it may allow.
Upgrade upgrade_all(Pool* pool) {
  const rpm::SolverOwner solver(solver_create(pool));
  for (const int flag : {SOLVER_FLAG_KEEP_ORPHANS, SOLVER_FLAG_BEST_OBEY_POLICY, SOLVER_FLAG_YUM_OBSOLETES})
    solver_set_flag(solver.get(), flag, 1);
  rpm::IdQueue jobs;
  for (const char* const name : kInstallOnly)
    jobs.push(SOLVER_MULTIVERSION | SOLVER_SOLVABLE_PROVIDES, pool_str2id(pool, name, 1));
  jobs.push(SOLVER_UPDATE | SOLVER_SOLVABLE_ALL, 0);
  Upgrade upgrade;
  upgrade.problems = solver_solve(solver.get(), jobs.get());
  upgrade.chosen = rpm::chosen_by(solver.get());
  std::set<Id> names;
  for (const Id id : upgrade.chosen) names.insert(pool_id2solvable(pool, id)->name);
  for (const Id id : rpm::erased_by(solver.get()))
    if (!names.contains(pool_id2solvable(pool, id)->name)) upgrade.gone.push_back(id);
  return upgrade;
}

json nevra_of(Pool* pool, const Solvable* one) {
  return {text_of(pool, one->name), text_of(pool, one->evr), text_of(pool, one->arch)};
}

Lines installed_lines(Pool* pool, const Installed& installed, const Upgrade& upgrade) {
  std::set<Id> names;
  for (const Id id : upgrade.chosen) names.insert(pool_id2solvable(pool, id)->name);
  // Judged also where nothing newer is there.
  names.insert(pool_str2id(pool, "dnf5", 1));
  for (const auto& image : kKernelImages) names.insert(pool_str2id(pool, std::string(image.name).c_str(), 1));
  Lines lines;
  for (const auto& [name, all] : installed)
    if (names.contains(name))
      for (const Solvable* const one : all)
        lines.push_back(line_of({{"kind", "installed"}, {"package", nevra_of(pool, one)}}));
  return lines;
}

Lines chosen_lines(Pool* pool, const Installed& installed, const Upgrade& upgrade) {
  Lines lines;
  for (const Id id : upgrade.chosen) {
    const Solvable* const one = pool_id2solvable(pool, id);
    lines.push_back(line_of({{"kind", "chosen"},
                             {"package", nevra_of(pool, one)},
                             {"repository", one->repo->name},
                             {"known", installed.contains(one->name)}}));
  }
  return lines;
}

/// Whether a package in a repository says that it obsoletes an installed one, itself included.
bool obsoletes_installed(Pool* pool, Solvable* one, const Installed& installed) {
  rpm::IdQueue obsoleted;
  solvable_lookup_deparray(one, SOLVABLE_OBSOLETES, obsoleted.get(), 0);
  for (const Id dependency : obsoleted) {
    const auto bits = static_cast<unsigned>(dependency);  // as libsolv's macros have it
    const Id name = ISRELDEP(bits) ? GETRELDEP(pool, bits)->name : dependency;
    const auto found = installed.find(name);
    if (found == installed.end()) continue;
    for (Solvable* const other : found->second)
      if (pool_match_nevr(pool, other, dependency) != 0) return true;
  }
  return false;
}

json obsoleting(Pool* pool, const Installed& installed) {
  std::set<std::string> names;
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    if (one->repo != pool->installed && one->dep_obsoletes != 0 && obsoletes_installed(pool, one, installed))
      names.insert(text_of(pool, one->name));
  }
  return names;
}

/// Of its packages those that are installed in some architecture; empty: it has none that is newer than an installed
/// one. A newer one than the oldest kernel is told too, which may be the one that runs.
json newer_packages(Pool* pool, Id advisory, const Installed& installed) {
  json packages = json::array();
  bool is_newer = false;
  rpm::for_each_entry(pool, advisory, UPDATE_COLLECTION, [&] {
    const auto found = installed.find(pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_NAME));
    if (found == installed.end()) return;
    const Id arch = pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_ARCH);
    const Id version = pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_EVR);
    for (const Solvable* const one : found->second)
      is_newer = is_newer || pool_evrcmp(pool, version, one->evr, EVRCMP_COMPARE) > 0;
    packages.push_back({text_of(pool, found->first), text_of(pool, version), text_of(pool, arch)});
  });
  return is_newer ? packages : json::array();
}

/// As dnf5 prints it: the last one that is its own, by its type or by its name.
std::string url_of(Pool* pool, Id advisory, const std::string& name) {
  std::string url;
  rpm::for_each_entry(pool, advisory, UPDATE_REFERENCE, [&] {
    if (text_here(pool, UPDATE_REFERENCE_TYPE) == "self" || text_here(pool, UPDATE_REFERENCE_ID) == name)
      url = text_here(pool, UPDATE_REFERENCE_HREF);
  });
  return url;
}

Lines advisory_lines(Pool* pool, const Installed& installed) {
  Lines lines;
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    if (one->repo == pool->installed || !rpm::is_patch(pool, one)) continue;
    json packages = newer_packages(pool, id, installed);
    if (packages.empty()) continue;
    const std::string name = text_of(pool, one->name).substr(std::string_view(rpm::kPatchPrefix).size());
    lines.push_back(line_of({{"kind", "advisory"},
                             {"id", name},
                             {"type", attribute(one, SOLVABLE_PATCHCATEGORY)},
                             {"severity", attribute(one, UPDATE_SEVERITY)},
                             {"title", attribute(one, SOLVABLE_SUMMARY)},
                             {"status", attribute(one, UPDATE_STATUS)},
                             {"issued", solvable_lookup_num(one, SOLVABLE_BUILDTIME, 0)},
                             {"url", url_of(pool, id, name)},
                             {"cves", rpm::cves_of(pool, id)},
                             {"packages", std::move(packages)}}));
  }
  return lines;
}

json names_of(Pool* pool, const std::vector<Id>& ids) {
  json names = json::array();
  for (const Id id : ids) names.push_back(text_of(pool, pool_id2solvable(pool, id)->name));
  return names;
}

}  // namespace

int probe(const std::string& root, const std::vector<ProbedRepository>& repositories) {
  json head = {
      {"snapshot", "dnf5"}, {"tool", "patchstate-solv-probe"}, {"toolVersion", std::string("libsolv ") + solv_version}};
  const LoadedPool loaded = load_pool(root, repositories);
  if (!loaded.pool) {
    head["stale"] = loaded.stale;
    return rpm::print(head, {});
  }
  Pool* const pool = loaded.pool.get();
  const Installed installed = installed_packages(pool);
  const Upgrade upgrade = upgrade_all(pool);
  const Lines told = installed_lines(pool, installed, upgrade);
  const Lines chosen = chosen_lines(pool, installed, upgrade);
  const Lines advisories = advisory_lines(pool, installed);
  head["installedCount"] = pool->installed->nsolvables;
  head["problems"] = upgrade.problems;
  head["gone"] = names_of(pool, upgrade.gone);
  head["obsoleting"] = obsoleting(pool, installed);
  head["installed"] = told.size();
  head["chosen"] = chosen.size();
  head["advisories"] = advisories.size();
  return rpm::print(head, {told, chosen, advisories});
}

}  // namespace patchstate::dnf
