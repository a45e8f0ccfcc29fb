// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_collector.h"

#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "collectors/dnf/dnf4.h"
#include "collectors/dnf/dnf5.h"
#include "collectors/dnf/dnf_rules.h"
#include "collectors/dnf/dnf_surroundings.h"
#include "collectors/dnf/tdnf.h"
#include "collectors/dnf/yum.h"
#include "collectors/host/os_release.h"
#include "collectors/rpm/rpm_database.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

/// What tells that a tool is a system's own, the newest first: its program, and where another system than the running
/// one (whose programs may be elsewhere) has its cache.
struct Traits {
  Tool tool;
  const char* name;
  std::array<const char*, 2> programs;
  const char* cache;
};
constexpr std::array kTools = {Traits{Tool::dnf5, "dnf5", {"dnf5", "dnf5"}, "/var/cache/libdnf5"},
                               Traits{Tool::dnf4, "dnf", {"dnf-3", "dnf"}, "/var/cache/dnf"},
                               Traits{Tool::tdnf, "tdnf", {"tdnf", "tdnf"}, "/var/cache/tdnf"},
                               Traits{Tool::yum, "yum", {"yum", "yum"}, "/var/cache/yum"}};

/// Where this machine has it. dnf and yum can be names of dnf5, which is no Python script.
std::string program_of(const Traits& traits) {
  for (const char* const name : traits.programs) {
    std::string program = find_program(name);
    if (program.empty()) continue;
    const bool script = traits.tool == Tool::dnf4 || traits.tool == Tool::yum;
    try {
      if (!script || !python_of(read_head(program, 512)).empty()) return program;
    } catch (const std::system_error&) {
      continue;  // one that can't be read is none to ask
    }
  }
  return {};
}

bool has_program(const fs::path& root, const Traits& traits) {
  for (const char* const name : traits.programs)
    if (is_in_root(root, std::string("/usr/bin/") + name)) return true;
  return false;
}

bool is_configured(const fs::path& root) {
  for (const char* const path : {"/etc/dnf", "/etc/yum.conf", "/etc/yum.repos.d", "/etc/tdnf"})
    if (is_in_root(root, path)) return true;
  return false;
}

/// Why the system below `root` is not one of dnf's; empty: it is.
std::string why_not(const fs::path& root, const rpm::RpmDatabase& database) {
  const OperatingSystem os = read_operating_system(root);
  const PackageTools tools = package_tools(os);
  const bool ours = tools == PackageTools::dnf || tools == PackageTools::tdnf;
  // A system of ours that has lost its database is one to complain about.
  if (database.format == rpm::DatabaseFormat::none && !(ours && is_configured(root))) return "no rpm database";
  if (!is_configured(root)) return "an rpm database is here, but no configuration of dnf, tdnf or yum";
  const std::string name = os.id.empty() ? "this system" : os.id;
  switch (tools) {
    case PackageTools::apt:
      return fmt::format("{}'s own packages are apt's; the rpm database beside them says nothing about the system",
                         name);
    case PackageTools::zypper:
      if (is_in_root(root, "/etc/zypp")) return fmt::format("{}'s own tool is zypper, which is asked instead", name);
      break;
    case PackageTools::unknown:
    case PackageTools::dnf:
    case PackageTools::tdnf:
      break;
  }
  return {};
}

Snapshot ask(const HostAccess& access, const ToolProgram& tool) {
  const rpm::RpmDatabase database = rpm::find_rpm_database(access.root);
  if (database.format == rpm::DatabaseFormat::none)
    throw CollectorError(FailureKind::tool_failed,
                         "the rpm database is missing, so what is installed is not known: restore it from a backup",
                         "rpmdb_missing");
  if (!database.problem.empty()) throw CollectorError(FailureKind::tool_failed, database.problem, "rpmdb_damaged");
  if (tool.program.empty())
    throw CollectorError(FailureKind::tool_missing,
                         tool.reason +
                             ", but this machine has no such program to ask. Install dnf here, or run patchstate "
                             "in that system");
  switch (tool.tool) {
    case Tool::dnf4:
      return ask_dnf4(access, tool.program, database.folder);
    case Tool::dnf5:
      return ask_dnf5(access, tool.program);
    case Tool::tdnf:
      return ask_tdnf(access, tool.program);
    case Tool::yum:
      return ask_yum(access, tool.program);
  }
  throw CollectorError(FailureKind::unsupported, tool.program + " can't be asked");
}

}  // namespace

ToolProgram own_tool(const fs::path& root) {
  for (const auto& traits : kTools)
    if (root == "/" ? !program_of(traits).empty() : has_program(root, traits))
      return {traits.tool, program_of(traits), fmt::format("{} is installed", traits.name)};
  for (const auto& traits : kTools)
    if (is_in_root(root, traits.cache))
      return {traits.tool, program_of(traits), fmt::format("its cache is {}'s ({})", traits.name, traits.cache)};
  for (const auto& traits : kTools)
    if (const auto program = program_of(traits); !program.empty())
      return {traits.tool, program, fmt::format("{} is what this machine has", traits.name)};
  return {Tool::dnf4, {}, "no dnf, tdnf or yum is installed"};
}

Findings DnfCollector::collect() {
  return judge(ask(access_, tool_), read_surroundings(access_));
}

CollectorChoice choose_dnf(const HostAccess& access) {
  CollectorChoice choice;
  choice.source = "dnf";
  choice.service = PatchService::YUM;
  choice.reason = why_not(access.root, rpm::find_rpm_database(access.root));
  if (!choice.reason.empty()) return choice;
  ToolProgram tool = own_tool(access.root);
  choice.fits = true;
  choice.reason = "rpm database and repository configuration found; " + tool.reason +
                  (tool.program.empty() ? "" : ", asked through " + tool.program);
  if (tool.tool == Tool::dnf5 && !probe_program("patchstate-solv-probe").empty())
    choice.reason += "; completed by patchstate-solv-probe where that says what dnf5 would";
  choice.collector = std::make_unique<DnfCollector>(access, std::move(tool));
  choice.fingerprint = fingerprint(access);
  choice.watched = watched_paths();
  return choice;
}

}  // namespace patchstate::dnf
