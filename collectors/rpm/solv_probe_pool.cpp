// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/solv_probe_pool.h"

#include <cstring>
#include <unordered_set>
#include <utility>

#include "collectors/rpm/rpm_advisory.h"

extern "C" {
#include <solv/knownid.h>
#include <solv/repo.h>
}

namespace patchstate::rpm {

using nlohmann::json;

std::vector<Id> chosen_by(Solver* solver) {
  IdQueue decisions;
  solver_get_decisionqueue(solver, decisions.get());
  std::vector<Id> chosen;
  for (const Id id : decisions)
    if (id > 1 && pool_id2solvable(solver->pool, id)->repo != solver->pool->installed) chosen.push_back(id);
  return chosen;
}

std::vector<Id> erased_by(Solver* solver) {
  std::vector<Id> erased;
  Id id = 0;
  Solvable* one = nullptr;
  FOR_REPO_SOLVABLES(solver->pool->installed, id, one)
  if (solver_get_decisionlevel(solver, id) <= 0) erased.push_back(id);
  return erased;
}

bool is_patch(Pool* pool, const Solvable* one) {
  return std::strncmp(pool_id2str(pool, one->name), kPatchPrefix, std::strlen(kPatchPrefix)) == 0;
}

std::string text_of(Pool* pool, Id id) {
  return id == 0 ? std::string() : std::string(pool_id2str(pool, id));
}

std::string attribute(Solvable* one, Id key) {
  const char* const text = solvable_lookup_str(one, key);
  return text == nullptr ? std::string() : std::string(text);
}

std::string_view text_here(Pool* pool, Id key) {
  const char* const text = pool_lookup_str(pool, SOLVID_POS, key);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::vector<std::string> cves_of(Pool* pool, Id advisory) {
  std::vector<std::string> cves;
  std::unordered_set<std::string> seen;
  const auto add = [&](std::string cve) {
    if (!cve.empty() && seen.insert(cve).second) cves.push_back(std::move(cve));
  };
  for_each_entry(pool, advisory, UPDATE_REFERENCE, [&] {
    if (text_here(pool, UPDATE_REFERENCE_TYPE) != "cve") return;
    const auto id = text_here(pool, UPDATE_REFERENCE_ID);
    add(std::string(id.empty() ? text_here(pool, UPDATE_REFERENCE_TITLE) : id));
  });
  Solvable* const one = pool_id2solvable(pool, advisory);
  for (const Id key : {SOLVABLE_SUMMARY, SOLVABLE_DESCRIPTION})
    if (const char* const text = solvable_lookup_str(one, key); text != nullptr)
      for (auto& cve : cves_in(text)) add(std::move(cve));
  return cves;
}

std::string line_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

int print(const json& head, const std::vector<Lines>& all) {
  std::string text = line_of(head);
  for (const auto& lines : all)
    for (const auto& line : lines) text += line;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : 2;
}

}  // namespace patchstate::rpm
