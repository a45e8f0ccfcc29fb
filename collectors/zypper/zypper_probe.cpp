// SPDX-License-Identifier: Apache-2.0
// patchstate-solv-probe: asks libsolv about the caches zypper has made and prints it as JSON (zypper_probe_output.h
// reads it). The only program that links libsolv; no rules in it. Reads the system below --root, takes no lock, writes
// nothing.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "collectors/zypper/zypper_probe_pool.h"
#include "collectors/zypper/zypper_probe_solver.h"

extern "C" {
#include <solv/dataiterator.h>
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/solvable.h>
#include <solv/solvversion.h>
}

namespace patchstate::zypper {
namespace {

using nlohmann::json;

constexpr const char* kPatchPrefix = "patch:";

/// One JSON object on each: a reader needs no more memory than the longest takes.
using Lines = std::vector<std::string>;

std::string line_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string text_of(Pool* pool, Id id) {
  return id == 0 ? std::string() : std::string(pool_id2str(pool, id));
}

std::string attribute(Solvable* one, Id key) {
  const char* const text = solvable_lookup_str(one, key);
  return text == nullptr ? std::string() : std::string(text);
}

bool is_patch(Pool* pool, const Solvable* one) {
  return std::strncmp(pool_id2str(pool, one->name), kPatchPrefix, std::strlen(kPatchPrefix)) == 0;
}

/// What else there is has its kind ahead of its name; sources have an architecture of their own.
bool is_package(Pool* pool, const Solvable* one) {
  const std::string_view name = pool_id2str(pool, one->name);
  for (const char* const kind : {kPatchPrefix, "pattern:", "product:", "application:", "srcpackage:"})
    if (name.starts_with(kind)) return false;
  return one->arch != ARCH_SRC && one->arch != ARCH_NOSRC;
}

json version_facts(Pool* pool, const Solvable* one) {
  return {{"version", text_of(pool, one->evr)},
          {"arch", text_of(pool, one->arch)},
          {"vendor", text_of(pool, one->vendor)},
          {"repository", one->repo->name}};
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

/// What is installed, by name.
using Installed = std::map<Id, std::vector<Solvable*>>;

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

/// What is installed and has something newer, or is replaced.
Lines packages(Pool* pool, const Installed& installed, const UpdateRun& run) {
  Lines lines;
  const auto chosen = by_name(pool, run.chosen);
  for (const auto& [name, versions] : installed) {
    if (versions.size() > 1) continue;
    const Solvable* const one = versions.front();
    json newer = json::array();
    IdQueue available;
    find_available(pool, name, available);
    for (const Id id : available) {
      const Solvable* const other = pool_id2solvable(pool, id);
      if (pool_evrcmp(pool, other->evr, one->evr, EVRCMP_COMPARE) > 0) newer.push_back(version_facts(pool, other));
    }
    const auto taken = chosen.find(name);
    if (newer.empty() && taken == chosen.end()) continue;
    json facts = version_facts(pool, one);
    facts.erase("repository");
    facts["kind"] = "package";
    facts["name"] = text_of(pool, name);
    facts["newer"] = std::move(newer);
    facts["chosen"] = json::array();
    if (taken != chosen.end())
      for (const Id id : taken->second) facts["chosen"].push_back(version_facts(pool, pool_id2solvable(pool, id)));
    lines.push_back(line_of(facts));
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

json issues_of(Pool* pool, Id id) {
  json issues = json::array();
  Dataiterator at{};
  dataiterator_init(&at, pool, nullptr, id, UPDATE_REFERENCE, nullptr, 0);
  while (dataiterator_step(&at) != 0) {
    dataiterator_setpos(&at);
    const char* const type = pool_lookup_str(pool, SOLVID_POS, UPDATE_REFERENCE_TYPE);
    const char* const name = pool_lookup_str(pool, SOLVID_POS, UPDATE_REFERENCE_ID);
    if (type != nullptr && name != nullptr) issues.push_back({{"type", type}, {"id", name}});
  }
  dataiterator_free(&at);
  return issues;
}

Lines patches(Pool* pool, const PatchRun& run) {
  Lines lines;
  for (const Id id : run.needed) {
    Solvable* const one = pool_id2solvable(pool, id);
    lines.push_back(line_of({{"kind", "patch"},
                             {"name", text_of(pool, one->name).substr(std::strlen(kPatchPrefix))},
                             {"edition", text_of(pool, one->evr)},
                             {"arch", text_of(pool, one->arch)},
                             {"repository", one->repo->name},
                             {"category", attribute(one, SOLVABLE_PATCHCATEGORY)},
                             {"severity", attribute(one, UPDATE_SEVERITY)},
                             {"issued", solvable_lookup_num(one, SOLVABLE_BUILDTIME, 0)},
                             {"updateStack", solvable_lookup_bool(one, UPDATE_RESTART) != 0},
                             {"reboot", solvable_lookup_bool(one, UPDATE_REBOOT) != 0},
                             {"issues", issues_of(pool, id)}}));
  }
  return lines;
}

bool is_newer_than_installed(Pool* pool, Id name, Id version, const Installed& installed) {
  const auto found = installed.find(name);
  return found != installed.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const Solvable* other) { return pool_evrcmp(pool, version, other->evr, EVRCMP_COMPARE) > 0; });
}

/// Whether a patch brings something newer than what is installed.
bool brings_newer(Pool* pool, Id patch, const Installed& installed) {
  bool newer = false;
  Dataiterator at{};
  dataiterator_init(&at, pool, nullptr, patch, UPDATE_COLLECTION, nullptr, 0);
  while (dataiterator_step(&at) != 0) {
    dataiterator_setpos(&at);
    newer = newer || is_newer_than_installed(pool, pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_NAME),
                                             pool_lookup_id(pool, SOLVID_POS, UPDATE_COLLECTION_EVR), installed);
  }
  dataiterator_free(&at);
  return newer;
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

int print(const json& head, const Lines& packages, const Lines& patches) {
  std::string text = line_of(head);
  for (const auto* const lines : {&packages, &patches})
    for (const auto& line : *lines) text += line;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : 2;
}

int probe(const std::string& root, const std::vector<ProbedRepository>& repositories) {
  json head = {{"snapshot", "zypper"},
               {"tool", "patchstate-solv-probe"},
               {"toolVersion", std::string("libsolv ") + solv_version}};
  const LoadedPool loaded = load_pool(root, repositories);
  if (!loaded.pool) {
    head["stale"] = loaded.stale;
    return print(head, {}, {});
  }
  Pool* const pool = loaded.pool.get();
  const PatchRun status = run_patches(pool);
  const UpdateRun update = run_update(pool);
  const Installed installed = installed_packages(pool);
  const Lines package_lines = packages(pool, installed, update);
  const Lines patch_lines = patches(pool, status);
  head["problems"] = status.problems + update.problems;
  head["changesUnasked"] = status.changes;
  head["patchesKnown"] = status.known;
  head["erased"] = names_of(pool, update.erased);
  head["severalTimes"] = installed_several_times(pool, installed);
  head["setAside"] = set_aside(pool, installed, update);
  head["packages"] = package_lines.size();
  head["patches"] = patch_lines.size();
  return print(head, package_lines, patch_lines);
}

}  // namespace
}  // namespace patchstate::zypper

int main(int argc, char** argv) {
  std::string root;
  std::vector<patchstate::zypper::ProbedRepository> repositories;
  bool understood = true;
  for (int i = 1; i < argc && understood; ++i) {
    const std::string argument = argv[i];
    if (argument == "--root" && i + 1 < argc) {
      root = argv[++i];
    } else if (argument == "--repository" && i + 2 < argc) {
      repositories.push_back({argv[i + 1], argv[i + 2]});
      i += 2;
    } else {
      understood = false;
    }
  }
  while (!root.empty() && root.back() == '/') root.pop_back();
  if (understood && !repositories.empty()) return patchstate::zypper::probe(root, repositories);
  std::fputs("usage: patchstate-solv-probe [--root DIR] --repository ALIAS FILE…\n", stderr);
  return 2;
}
