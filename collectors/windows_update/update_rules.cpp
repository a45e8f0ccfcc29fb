// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/update_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

namespace patchstate::windows_update {
namespace {

struct KnownCategory {
  std::string_view id;
  std::string_view name;  ///< in English, for the evidence
  Classification classification;
};

/// "WSUS Classification GUIDs" of Microsoft's reference; the last three and Upgrades are as every WSUS server has them.
constexpr auto kCategories = std::to_array<KnownCategory>({
    {"e6cf1350-c01b-414d-a61f-263d14d133b4", "Critical Updates", Classification::critical},
    {"0fa1201d-4330-4fa8-8ae9-b877473b6441", "Security Updates", Classification::security},
    {"e0789628-ce08-4437-be74-2495b842f43b", "Definition Updates", Classification::definition},
    {"28bc880e-0592-4cbf-8f95-c79b17911d5f", "Update Rollups", Classification::rollup},
    {"68c5b0a3-d1a6-4553-ae49-01d3a7827828", "Service Packs", Classification::rollup},
    {"cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83", "Updates", Classification::bugfix},
    {"b54e7d24-7add-428f-8b75-90a396fa584f", "Feature Packs", Classification::feature},
    {"3689bdc8-b205-4af4-8d4a-a63924c5e9d5", "Upgrades", Classification::feature},
    {"b4832bd8-e735-4761-8daf-37f882276dab", "Tools", Classification::other},
    {"5c9376ab-8ce6-464a-b136-22113dd69801", "Applications", Classification::other},
    {"434de588-ed14-48f5-8eed-a15e09a991f6", "Connectors", Classification::other},
    {"e140075d-8433-45c3-ad87-e72345b36078", "Developer Kits", Classification::other},
    {"9511d615-35b2-47bb-927f-f73d8e9260bb", "Guidance", Classification::other},
    {"ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0", "Drivers", Classification::driver},
    {"77835c8d-62a7-41f5-82ad-f28d1af1e3b1", "Driver Sets", Classification::driver},
});

constexpr std::size_t kMostNamed = 3;

const KnownCategory* known_category(const std::string& id) {
  const auto* const found =
      std::find_if(kCategories.begin(), kCategories.end(), [&](const KnownCategory& one) { return one.id == id; });
  return found == kCategories.end() ? nullptr : found;
}

bool has(const Update& update, Classification wanted) {
  const auto& all = update.classifications;
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

void add(Update& update, Classification classification) {
  if (!has(update, classification)) update.classifications.push_back(classification);
}

Severity severity_of(const std::string& word) {
  std::string lower;
  for (const char letter : word)
    lower += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  // MSRC has no "none": an empty word is no statement.
  const auto severity = from_text<Severity>(lower);
  return severity && *severity != Severity::none ? *severity : Severity::unknown;
}

std::vector<std::string> names(const std::vector<Category>& categories) {
  std::vector<std::string> all;
  for (const auto& one : categories) all.push_back(one.name.empty() ? one.id : one.name);
  return all;
}

/// What of an update says what it is, and the sentence that tells so.
void classify(const RawUpdate& raw, Update& update) {
  std::vector<std::string> evidence;
  for (const auto& category : raw.categories) {
    const auto* const known = known_category(category.id);
    if (known == nullptr) continue;
    add(update, known->classification);
    evidence.push_back(fmt::format("category {} ({})", known->name, known->id));
  }
  if (raw.type == UpdateType::driver && !has(update, Classification::driver)) {
    add(update, Classification::driver);
    evidence.emplace_back("type driver");
  }
  const bool rated = update.severity != Severity::unknown;
  if (rated) evidence.push_back("MSRC severity " + update.vendor_severity);
  if (!update.cves.empty()) evidence.push_back("fixes " + listed(update.cves, kMostNamed));
  const bool raised =
      (rated || !update.cves.empty()) && !is_security(update) && !has(update, Classification::definition);
  if (raised) add(update, Classification::security);
  if (update.classifications.empty()) {
    update.classifications.push_back(Classification::unknown);
    evidence.push_back(raw.categories.empty() ? "none of its categories could be read"
                                              : fmt::format("none of its categories ({}) is a class of updates",
                                                            listed(names(raw.categories), kMostNamed)));
  }
  update.evidence =
      clean_text(listed(evidence, evidence.size()) + (raised ? ": a security update, whatever its category says" : ""));
}

std::string digits(const std::string& kb) {
  return kb.size() > 2 && (kb[0] == 'K' || kb[0] == 'k') && (kb[1] == 'B' || kb[1] == 'b') ? kb.substr(2) : kb;
}

/// "… (KB5021233)": the number in a title, in any language; empty: there is none.
std::string kb_in(const std::string& title) {
  for (auto at = title.find("KB"); at != std::string::npos; at = title.find("KB", at + 1)) {
    const auto end = std::min(title.find_first_not_of("0123456789", at + 2), title.size());
    if (end - at >= 2 + 6 && end - at <= 2 + 8) return title.substr(at + 2, end - at - 2);
  }
  return {};
}

void add_advisories(const RawUpdate& raw, Update& update) {
  std::vector<std::string> kbs;
  for (const auto& kb : raw.kb_ids) kbs.push_back(digits(kb));
  if (const auto kb = kb_in(raw.title); kbs.empty() && !kb.empty()) kbs.push_back(kb);
  if (kbs.empty()) return;
  update.kb_id = kbs.front();
  const auto type = is_security(update) ? Classification::security : update.classifications.front();
  for (const auto& kb : kbs) {
    const auto url = std::find_if(raw.more_info_urls.begin(), raw.more_info_urls.end(),
                                  [&](const std::string& one) { return one.find(kb) != std::string::npos; });
    update.advisories.push_back(
        {"KB" + kb, type, update.severity, raw.last_deployment_change,
         masked(url != raw.more_info_urls.end() ? *url : "https://support.microsoft.com/help/" + kb)});
  }
}

RebootBehavior reboot_behavior(Reboot reboot) {
  switch (reboot) {
    case Reboot::never:
      return RebootBehavior::never_reboots;
    case Reboot::always:
      return RebootBehavior::always_requires_reboot;
    case Reboot::can_request:
      return RebootBehavior::can_request_reboot;
    case Reboot::unknown:
      break;
  }
  return RebootBehavior::unknown;
}

void set(Update& update, UpdateState state, std::string reason) {
  update.state = state;
  update.state_reason = std::move(reason);
}

void decide_state(const RawUpdate& raw, std::optional<bool> machine, Update& update) {
  if (raw.reboot_required.value_or(false) && raw.is_installed.value_or(true))
    set(update, UpdateState::installed_pending_reboot, "installed, and takes effect with the next reboot");
  else if (raw.is_installed.value_or(false) && machine.value_or(false))
    set(update, UpdateState::installed_pending_reboot,
        "installed; the machine waits for a reboot, and whether it is for this can't be read");
  else if (raw.is_hidden.value_or(false))
    set(update, UpdateState::hidden, "somebody hid it on this machine");
  else if (raw.deployment_action == DeploymentAction::uninstallation)
    set(update, UpdateState::excluded, "the server wants it uninstalled");
  else if (raw.deployment_action == DeploymentAction::detection)
    set(update, UpdateState::excluded, "the server has it detected and not installed");
  else if (raw.browse_only.value_or(false))
    set(update, UpdateState::optional, "offered as optional: installed only by who picks it (BrowseOnly)");
  else if (raw.deployment_action == DeploymentAction::optional_installation)
    set(update, UpdateState::optional, "offered as optional: installed only by who picks it (OptionalInstallation)");
  else if (raw.auto_selection == AutoSelection::never_auto_select)
    set(update, UpdateState::optional, "never selected by itself: installed only by who picks it (AutoSelection)");
}

/// Installed, in effect, and of no concern.
bool is_done(const RawUpdate& raw, std::optional<bool> machine) {
  if (!raw.is_installed.value_or(false)) return false;
  return raw.reboot_required ? !*raw.reboot_required : !machine.value_or(false);
}

/// "UpdateID.revision"; without an id what comes closest to one.
std::string patch_id(const RawUpdate& raw) {
  if (!raw.id.empty()) return fmt::format("{}.{}", raw.id, raw.revision);
  return raw.kb_ids.empty() ? raw.title : "KB" + digits(raw.kb_ids.front());
}

Update judge_update(const RawUpdate& raw, std::optional<bool> machine) {
  Update update;
  update.patch_id = patch_id(raw);
  update.name = raw.title.empty() ? "update " + update.patch_id : one_line(raw.title);
  update.vendor_severity = raw.msrc_severity;
  update.severity = severity_of(raw.msrc_severity);
  update.cves = raw.cve_ids;
  classify(raw, update);
  add_advisories(raw, update);
  update.reboot_behavior = reboot_behavior(raw.reboot_behavior);
  update.size_bytes = raw.size_bytes;
  update.published = raw.last_deployment_change;
  decide_state(raw, machine, update);
  return update;
}

/// Who takes whose place. Places in `updates`; `raw` has the same order.
class Supersedence {
 public:
  Supersedence(const std::vector<const RawUpdate*>& raw, std::vector<Update>& updates) : raw_(raw), updates_(updates) {
    for (std::size_t at = 0; at < raw.size(); ++at)
      if (!raw[at]->id.empty()) places_[raw[at]->id].push_back(at);
  }

  void apply() {
    std::set<std::size_t> listed_by_others;
    for (std::size_t at = 0; at < raw_.size(); ++at)
      if (is_pending(updates_[at]))
        for (const auto below : directly_below(at)) listed_by_others.insert(below);
    // Only what nobody takes the place of passes its verdict down: two that list each other both stay.
    std::vector<std::size_t> tops;
    for (std::size_t at = 0; at < raw_.size(); ++at)
      if (is_pending(updates_[at]) && !listed_by_others.contains(at)) tops.push_back(at);
    for (const auto top : tops) replace_all_below(top);
  }

 private:
  std::vector<std::size_t> directly_below(std::size_t at) const {
    std::vector<std::size_t> all;
    for (const auto& id : raw_[at]->superseded_ids)
      if (const auto found = places_.find(id); found != places_.end() && id != raw_[at]->id)
        all.insert(all.end(), found->second.begin(), found->second.end());
    return all;
  }

  void replace_all_below(std::size_t top) {
    std::vector<std::size_t> todo = directly_below(top);
    std::set<std::size_t> seen = {top};
    while (!todo.empty()) {
      const auto at = todo.back();
      todo.pop_back();
      if (!seen.insert(at).second) continue;
      replace(top, at);
      for (const auto below : directly_below(at)) todo.push_back(below);
    }
  }

  void replace(std::size_t top, std::size_t at) {
    Update& newer = updates_[top];
    Update& older = updates_[at];
    if (older.state != UpdateState::installable && older.state != UpdateState::superseded) return;
    set(older, UpdateState::superseded, "superseded by " + newer.name);
    if (!is_security(older) || is_security(newer) || has(newer, Classification::definition)) return;
    std::erase(newer.classifications, Classification::unknown);
    add(newer, has(older, Classification::security) ? Classification::security : Classification::critical);
    newer.evidence += fmt::format("; it takes the place of {}, which is one", older.name);
  }

  const std::vector<const RawUpdate*>& raw_;
  std::vector<Update>& updates_;
  std::map<std::string, std::vector<std::size_t>> places_;
};

}  // namespace

std::vector<Update> judge_updates(const std::vector<RawUpdate>& raw, std::optional<bool> reboot_required) {
  std::vector<const RawUpdate*> kept;
  std::vector<Update> updates;
  std::map<std::string, int> seen;
  for (const auto& one : raw) {
    if (is_done(one, reboot_required)) continue;
    Update update = judge_update(one, reboot_required);
    if (const int before = seen[update.patch_id]++; before > 0) {
      if (!one.id.empty()) continue;
      update.patch_id += fmt::format("#{}", before + 1);
    }
    kept.push_back(&one);
    updates.push_back(std::move(update));
  }
  Supersedence(kept, updates).apply();
  return updates;
}

}  // namespace patchstate::windows_update
