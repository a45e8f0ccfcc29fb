// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_simulation_records.h"

namespace patchstate::apt {
namespace {

/// apt runs its hooks by a shell; the program's name goes by the environment so that nothing in it needs quoting, and
/// so that the command line is the same wherever we are installed.
constexpr const char* kHookVariable = "PATCHSTATE_APT_HOOK";
constexpr const char* kHookOption = "AptCli::Hooks::Upgrade::=exec \"$PATCHSTATE_APT_HOOK\" apt-hook";

void add_common_options(std::vector<std::string>& options) {
  for (const char* const option : {"APT::Get::Show-Upgraded=true", "Acquire::AllowUnsizedPackages=true"})
    options.insert(options.end(), {"-o", option});
}

PlannedChange change_of(const PlannedInstall& install, const std::string& native_arch) {
  return {install.name,
          install.qualifier.empty() ? native_arch : install.qualifier,
          PlannedChange::Mode::install,
          install.installed,
          install.candidate,
          install.version_arch};
}

/// Texts of other programs' hooks stand between apt's own lines and are no concern while all else adds up.
void add_not_understood(const Simulation& text, bool adds_up, UpgradePlan& plan) {
  for (const auto& line : text.not_understood)
    if (!adds_up || is_record(line)) plan.not_understood.push_back(line);
}

bool is_zero(const Totals& totals) {
  return totals.upgraded + totals.newly_installed + totals.reinstalled + totals.downgraded + totals.to_remove +
             totals.not_upgraded ==
         0;
}

void add_texts(Simulation& text, Detail detail, UpgradePlan& plan) {
  const auto doubts = disagreements(text, detail);
  for (const auto& doubt : doubts) plan.complaints.push_back({true, doubt});
  add_not_understood(text, doubts.empty(), plan);
  plan.changes_nothing = doubts.empty() && text.totals && is_zero(*text.totals);
  plan.kept_back = std::move(text.kept_back);
  plan.phased = std::move(text.phased);
  plan.subscription_offers = std::move(text.subscription_offers);
  for (const auto& required : text.subscription_required) plan.subscription_offers.push_back({required.name, {}, {}});
  plan.complaints.insert(plan.complaints.end(), text.complaints.begin(), text.complaints.end());
}

void compare_with_totals(const std::vector<PlannedChange>& changes, const Totals& totals, UpgradePlan& plan) {
  const auto count = [&](PlannedChange::Mode mode) {
    return static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(), [&](const PlannedChange& one) { return one.mode == mode; }));
  };
  const auto upgrades = count(PlannedChange::Mode::upgrade);
  if (upgrades != totals.upgraded)
    plan.complaints.push_back(
        {true, fmt::format("apt counts {} packages to upgrade and plans {}", totals.upgraded, upgrades)});
}

/// Protocol 0.1 and a simulation call everything that is unpacked an installation; the list beside it names downgrades.
void sharpen_modes(std::vector<PlannedChange>& changes, const Simulation& text) {
  for (auto& change : changes) {
    if (change.mode != PlannedChange::Mode::install || change.installed.empty()) continue;
    const auto is_it = [&](const std::string& listed) {
      const auto [name, arch] = qualified_name(listed);
      return name == change.name && (arch.empty() || arch == change.arch);
    };
    const bool down = std::any_of(text.downgraded.begin(), text.downgraded.end(), is_it);
    const bool same = change.installed == change.candidate;
    change.mode = down   ? PlannedChange::Mode::downgrade
                  : same ? PlannedChange::Mode::reinstall
                         : PlannedChange::Mode::upgrade;
  }
}

/// apt resolves nothing on a system whose dependencies are broken already. What is upgradable is known all the same, so
/// that is no error of ours (edge-27): the plan is not answered, and that says it.
bool is_broken_already(const ProcessResult& result) {
  return result.ending == Ending::exited && result.err.find("Unmet dependencies") != std::string::npos;
}

/// Nor does it before a package is reinstalled that dpkg says must be; where an archive has it, apt does just that.
std::string package_to_reinstall(const ProcessResult& result) {
  constexpr std::string_view kBegin = "E: The package ";
  constexpr std::string_view kEnd = " needs to be reinstalled, but I can't find an archive for it.";
  std::string name;
  if (result.ending != Ending::exited) return name;
  for_each_line(result.err, [&](std::string_view raw) {
    const std::string line = shown_line(raw);
    if (line.starts_with(kBegin) && line.ends_with(kEnd))
      name = line.substr(kBegin.size(), line.size() - kBegin.size() - kEnd.size());
  });
  return name;
}

}  // namespace

UpgradePlan Planner::plan(const std::string& verb, const std::vector<std::string>& options) const {
  UpgradePlan plan;
  if (plan_by_hook(verb, options, plan)) return plan;
  return plan_by_simulation(verb, options);  // apt before 1.6, or our program can't be started from apt
}

// --print-uris rather than --assume-no, which computes the same: it takes no lock, wants no free disk space, and leaves
// the archive folder alone, where --assume-no as root changes owners and deletes left-overs. Both do without the
// ordered installation that makes --simulate three times as slow.
bool Planner::plan_by_hook(const std::string& verb, std::vector<std::string> options, UpgradePlan& plan) const {
  if (hook_program_.empty()) return false;
  add_common_options(options);
  options.insert(options.end(), {"--print-uris", "-o", kHookOption});
  Command command = tools_.read_only("apt-get", verb, options);
  command.environment.emplace_back(kHookVariable, hook_program_.string());
  const ProcessResult result = tools_.run(command);
  if (result.ending != Ending::exited) return false;
  Simulation text = parse_simulation(result.out);
  if (text.hook_message.empty()) return false;
  auto planned = parse_plan(text.hook_message);
  if (!planned) return false;
  sharpen_modes(planned->changes, text);
  plan.answered = plan.by_hook = true;
  plan.complaints = complaints_in(result.err);
  // apt gives up on the lists it prints when one package has no source, but not on the plan.
  if (result.ok() || text.totals) {
    if (text.totals) compare_with_totals(planned->changes, *text.totals, plan);
    add_texts(text, Detail::names, plan);
  }
  plan.changes = std::move(planned->changes);
  plan.not_understood.insert(plan.not_understood.end(), planned->not_understood.begin(), planned->not_understood.end());
  return true;
}

UpgradePlan Planner::plan_by_simulation(const std::string& verb, std::vector<std::string> options) const {
  UpgradePlan plan;
  add_common_options(options);
  options.emplace_back("--simulate");
  const Command command = tools_.read_only("apt-get", verb, options);
  const ProcessResult result = tools_.run(command);
  if (is_broken_already(result)) return plan;
  plan.complaints = complaints_in(result.err);
  if (!result.ok()) {
    plan.to_reinstall = package_to_reinstall(result);
    plan.complaints = {{true, no_answer(command, result).what()}};
    return plan;
  }
  Simulation text = parse_simulation(result.out);
  plan.answered = true;
  for (const auto& install : text.installs) plan.changes.push_back(change_of(install, native_arch_));
  sharpen_modes(plan.changes, text);
  add_texts(text, Detail::records, plan);
  return plan;
}

}  // namespace patchstate::apt
