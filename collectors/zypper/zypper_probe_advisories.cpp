// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe_advisories.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

extern "C" {
#include <solv/dataiterator.h>
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/solvable.h>
}

namespace patchstate::zypper {
namespace {

using nlohmann::json;
using rpm::for_each_entry;
using rpm::text_here;

/// What an advisory brings for what is installed, or would be in its place.
struct Brought {
  json packages = json::array();  ///< [name, architecture, version]
  bool is_about_any = false;      ///< in some architecture and version
  bool is_newer = false;
};

/// Installed packages, and what would replace some by another name as if all its versions were newer.
struct Affected {
  Installed packages;
  std::unordered_set<Id> replacing;  ///< names
};

Affected affected_by(Pool* pool, const Installed& installed, const UpdateRun& update) {
  Affected affected{installed, {}};
  for (const auto& replaced : update.replaced)
    for (const Id id : replaced.by) {
      Solvable* const one = pool_id2solvable(pool, id);
      if (installed.contains(one->name)) continue;
      affected.packages[one->name] = {one};
      affected.replacing.insert(one->name);
    }
  return affected;
}

Brought brought_by(Pool* pool, Id advisory, const Affected& affected) {
  Brought brought;
  for_each_entry(pool, advisory, UPDATE_COLLECTION, [&] {
    const auto found = affected.packages.find(pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_NAME));
    if (found == affected.packages.end()) return;
    brought.is_about_any = true;
    const bool is_replacing = affected.replacing.contains(found->first);
    const Id arch = pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_ARCH);
    const Id version = pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_EVR);
    bool is_of_arch = false;
    for (const Solvable* const one : found->second) {
      is_of_arch = is_of_arch || one->arch == arch;
      // Without a version nobody can tell: the reader refuses it.
      brought.is_newer =
          brought.is_newer || version == 0 ||
          (one->arch == arch && (is_replacing || pool_evrcmp(pool, version, one->evr, EVRCMP_COMPARE) > 0));
    }
    if (is_of_arch || version == 0)
      brought.packages.push_back({text_of(pool, found->first), text_of(pool, arch), text_of(pool, version)});
  });
  return brought;
}

/// Its own address; empty where it has none.
std::string self_of(Pool* pool, Id advisory) {
  std::string self;
  for_each_entry(pool, advisory, UPDATE_REFERENCE, [&] {
    if (text_here(pool, UPDATE_REFERENCE_TYPE) == "self" && self.empty()) self = text_here(pool, UPDATE_REFERENCE_HREF);
  });
  return self;
}

std::string line_of_advisory(Pool* pool, Id id, json packages, bool is_needed) {
  Solvable* const one = pool_id2solvable(pool, id);
  return line_of({{"kind", "advisory"},
                  {"name", text_of(pool, one->name).substr(std::strlen(kPatchPrefix))},
                  {"edition", text_of(pool, one->evr)},
                  {"arch", text_of(pool, one->arch)},
                  {"repository", one->repo->name},
                  {"needed", is_needed},
                  {"category", attribute(one, SOLVABLE_PATCHCATEGORY)},
                  {"severity", attribute(one, UPDATE_SEVERITY)},
                  {"issued", solvable_lookup_num(one, SOLVABLE_BUILDTIME, 0)},
                  {"updateStack", solvable_lookup_bool(one, UPDATE_RESTART) != 0},
                  {"reboot", solvable_lookup_bool(one, UPDATE_REBOOT) != 0},
                  {"url", self_of(pool, id)},
                  {"cves", rpm::cves_of(pool, id)},
                  {"packages", std::move(packages)}});
}

}  // namespace

bool is_newer_than_installed(Pool* pool, Id name, Id version, const Installed& installed) {
  const auto found = installed.find(name);
  return found != installed.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const Solvable* other) { return pool_evrcmp(pool, version, other->evr, EVRCMP_COMPARE) > 0; });
}

bool brings_newer(Pool* pool, Id patch, const Installed& installed) {
  bool newer = false;
  for_each_entry(pool, patch, UPDATE_COLLECTION, [&] {
    newer = newer || is_newer_than_installed(pool, pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_NAME),
                                             pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_EVR), installed);
  });
  return newer;
}

ToldAdvisories advisories(Pool* pool, const Installed& installed, const PatchRun& patches, const UpdateRun& update) {
  ToldAdvisories told;
  const Affected affected = affected_by(pool, installed, update);
  told.categories = json::object();
  const std::unordered_set<Id> needed(patches.needed.begin(), patches.needed.end());
  std::unordered_set<Id> needed_names;
  for (const Id id : patches.needed) needed_names.insert(pool_id2solvable(pool, id)->name);
  std::set<std::pair<std::string, std::string>> categories;
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    if (one->repo == pool->installed || !is_patch(pool, one)) continue;
    Brought brought = brought_by(pool, id, affected);
    const bool is_needed = needed.contains(id);
    if (brought.is_about_any || needed_names.contains(one->name))
      categories.emplace(one->repo->name, attribute(one, SOLVABLE_PATCHCATEGORY));
    if (is_needed || brought.is_newer)
      told.lines.push_back(line_of_advisory(pool, id, std::move(brought.packages), is_needed));
  }
  for (const auto& [alias, category] : categories) told.categories[alias].push_back(category);
  return told;
}

}  // namespace patchstate::zypper
