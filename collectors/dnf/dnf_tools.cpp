// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_tools.h"

#include <algorithm>
#include <set>
#include <utility>

#include "collectors/dnf/dnf_kernels.h"
#include "collectors/rpm/rpm_database.h"

namespace patchstate::dnf {
namespace {

constexpr auto kDeadline = std::chrono::seconds{120};
constexpr std::size_t kOutputCap = 128U << 20U;
constexpr std::size_t kMemoryCap = std::size_t{4} << 30U;

}  // namespace

Command tool_command(const HostAccess& access, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.deadline = kDeadline;
  command.output_cap = kOutputCap;
  command.memory_cap = kMemoryCap;
  if (!access.cache.empty())
    for (const char* const home : {"HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"})
      command.environment.emplace_back(home, access.cache.string());
  return command;
}

void add_candidates(const std::vector<PackageRow>& rows, const std::vector<Replacement>& replacements, bool held,
                    Snapshot& snapshot) {
  std::set<std::string> known;
  if (held)
    for (const auto& one : snapshot.candidates) known.insert(rpm::to_text(one.package));
  const auto add = [&](const PackageRow& row, const std::vector<PackageRow>& replaced) {
    if (known.contains(rpm::to_text(row.package))) return;
    Candidate one;
    one.package = row.package;
    one.repository = row.repository;
    one.held = held;
    if (held) one.held_by = "an exclude or a version lock";
    for (const auto& old : replaced) one.replaces.push_back(old.package);
    snapshot.candidates.push_back(std::move(one));
  };
  for (const auto& row : rows) add(row, {});
  for (const auto& each : replacements) add(each.by, each.replaced);
}

void read_installed(const HostAccess& access, Snapshot& snapshot) {
  std::set<std::string> names;
  for (const auto& image : kKernelImages) names.emplace(image.name);
  for (const auto& one : snapshot.candidates)
    if (!one.package.name.starts_with('-')) names.insert(one.package.name);  // never an option of rpm's
  auto found = rpm::installed_packages(access, std::vector<std::string>(names.begin(), names.end()), kDeadline);
  // A tool that sees an empty database has no update to tell of; this throws then.
  if (found.empty()) found = rpm::installed_packages(access);
  for (const auto& one : found) add_installed({one.name, one.evr, one.arch}, snapshot);
}

void add_installed(rpm::Nevra package, Snapshot& snapshot) {
  if (kernel_image(package.name) != nullptr) snapshot.kernels.push_back({package, {}});
  snapshot.installed.push_back(std::move(package));
}

}  // namespace patchstate::dnf
