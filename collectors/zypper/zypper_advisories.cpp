// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_advisories.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::zypper {
namespace {

constexpr std::size_t kMostCves = 2000;

template <class Value>
void add_once(std::vector<Value>& list, const Value& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

/// Security first. A word that nobody knows makes the whole update unknown, unless something else says security.
std::vector<Classification> combined(const std::vector<Classification>& given) {
  std::vector<Classification> all;
  for (const auto one : given)
    if (one != Classification::unknown) add_once(all, one);
  const auto secure = std::find(all.begin(), all.end(), Classification::security);
  if (secure != all.end()) {
    std::rotate(all.begin(), secure, secure + 1);
    return all;
  }
  if (all.size() == given.size() || std::find(given.begin(), given.end(), Classification::unknown) == given.end())
    return all;
  return {Classification::unknown};
}

void add_advisory(Update& update, const Fix& fix, std::vector<Classification>& types) {
  const rpm::RpmAdvisory& from = *fix.advisory;
  const auto type = rpm::classification_of(from.type);
  const auto severity = rpm::severity_of(from.severity);
  types.push_back(type);
  if (severity > update.severity || update.vendor_severity.empty()) update.vendor_severity = from.severity;
  update.severity = std::max(update.severity, severity);
  if (from.reboot_suggested) update.reboot_behavior = RebootBehavior::always_requires_reboot;
  if (from.issued && (!update.published || *from.issued > *update.published)) update.published = from.issued;
  const bool known = std::any_of(update.advisories.begin(), update.advisories.end(),
                                 [&](const Advisory& one) { return one.id == from.id; });
  if (!known) update.advisories.push_back({from.id, type, severity, from.issued, from.url});
}

}  // namespace

std::size_t PackageKeyHash::operator()(const PackageKey& one) const {
  const std::hash<std::string_view> hash;
  return hash(one.first) ^ (hash(one.second) << 1U);
}

Advisories::Advisories(const Snapshot& snapshot) {
  for (const auto& repository : snapshot.repositories)
    for (const auto& advisory : repository.advisories) {
      by_id_[advisory.id].emplace_back(&repository, &advisory);
      for (const auto& package : advisory.packages)
        by_package_[{package.name, package.arch}].push_back({&advisory, &package, &repository});
    }
  for (auto& [key, fixes] : by_package_)
    std::stable_sort(fixes.begin(), fixes.end(), [](const Fix& one, const Fix& other) {
      return rpm::compare(one.package->version, other.package->version) < 0;
    });
}

const std::vector<Fix>& Advisories::of(const std::string& name, const std::string& arch) const {
  static const std::vector<Fix> kNone;
  const auto found = by_package_.find({name, arch});
  return found == by_package_.end() ? kNone : found->second;
}

std::vector<Fix> Advisories::between(const std::string& name, const std::string& arch, const rpm::Evr& installed,
                                     const rpm::Evr& candidate) const {
  std::vector<Fix> fixes;
  for (const auto& fix : of(name, arch))
    if (!fix.is_retracted() && rpm::compare(installed, fix.package->version) < 0 &&
        rpm::compare(fix.package->version, candidate) <= 0)
      fixes.push_back(fix);
  return fixes;
}

bool Advisories::is_retracted(const std::string& name, const std::string& arch, const rpm::Evr& version) const {
  bool retracted = false;
  for (const auto& fix : of(name, arch)) {
    if (rpm::compare(fix.package->version, version) != 0) continue;
    if (!fix.is_retracted()) return false;
    retracted = true;
  }
  return retracted;
}

const rpm::RpmAdvisory* Advisories::of_patch(const ListedUpdate& patch) const {
  const auto found = by_id_.find(patch.name);
  if (found == by_id_.end()) return nullptr;
  const rpm::RpmAdvisory* best = nullptr;
  for (const auto& [repository, advisory] : found->second) {
    if (repository->config.id != patch.repository) continue;
    if (advisory->version == patch.edition) return advisory;
    best = advisory;
  }
  return best;
}

void describe(Update& update, const std::vector<Fix>& fixes) {
  std::vector<Classification> types;
  std::unordered_set<std::string> seen(update.cves.begin(), update.cves.end());
  for (const auto& fix : fixes) {
    add_advisory(update, fix, types);
    for (const auto& cve : fix.advisory->cves)
      if (update.cves.size() < kMostCves && seen.insert(cve).second) update.cves.push_back(cve);
  }
  if (types.empty()) return;
  update.classifications = combined(types);
  const bool secure = is_security(update);
  const auto telling = std::find_if(fixes.begin(), fixes.end(), [&](const Fix& fix) {
    return !secure || rpm::classification_of(fix.advisory->type) == Classification::security;
  });
  update.evidence = masked(fmt::format("{} of {} ships {} as {}", telling->advisory->id, telling->repository->config.id,
                                       rpm::to_text(telling->package->version),
                                       telling->advisory->type.empty() ? "(no type)" : telling->advisory->type));
}

}  // namespace patchstate::zypper
