// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_commands.h"

#include <algorithm>
#include <system_error>

#include "collectors/apt/apt_assembly.h"
#include "collectors/apt/apt_dpkg_database.h"
#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_rules.h"
#include "collectors/apt/apt_tools.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

/// Well below what any system takes as one command line.
constexpr std::size_t kMostOperands = 96U << 10U;

/// dpkg-query reads the journal that an interrupted dpkg leaves too, apt does not: to be of one mind with apt, then,
/// what it reads is read (edge-23).
DpkgStatus installed_packages(const HostAccess& access, const AptTools& tools) {
  const Command command = tools.dpkg_query({"--show", "--showformat=" + dpkg_query_format()});
  DpkgStatus status = has_journal_left(access.root) ? parse_status_file(read_status_file(access.root))
                                                    : parse_dpkg_status(tools.answer(command).out);
  if (status.installed.empty())
    throw CollectorError(FailureKind::unparseable, "dpkg names no installed package, which can't be");
  return status;
}

/// What sources.list asks for, or what of it was fetched, with the fields of its Release file.
enum class Targets { configured, fetched };

IndexTargets index_targets(const AptTools& tools, Targets which, Assembly& assembly) {
  const std::string release_info = which == Targets::fetched ? "true" : "false";
  const std::vector<std::string> options = {"-o", "APT::Get::IndexTargets::ReleaseInfo=" + release_info, "--format",
                                            index_targets_format()};
  const ProcessResult result =
      tools.answer(tools.read_only("apt-get", "indextargets", options, {"Created-By: Packages"}));
  assembly.add_complaints(complaints_in(result.err));
  IndexTargets targets = parse_index_targets(result.out);
  assembly.add_not_understood(targets.not_understood);
  return targets;
}

bool is_there(const std::string& file) {
  std::error_code error;
  return fs::exists(file, error);
}

/// As apt looks for it: plain, or in any of its compressions. Empty: it was never fetched.
std::string stored_file(const IndexTarget& target) {
  for (const char* const end : {"", ".xz", ".bz2", ".lzma", ".gz", ".lz4", ".zst"})
    if (is_there(target.filename + end)) return target.filename + end;
  return {};
}

void add_source(const IndexTarget& target, std::vector<Source>& sources) {
  auto source = std::find_if(sources.begin(), sources.end(), [&](const Source& one) {
    return one.uri == target.repository_uri && one.suite == target.suite;
  });
  if (source == sources.end()) {
    source = sources.insert(sources.end(), Source{target.repository_uri, target.suite, {}, {}, {}, {}});
    for (const char* const name : {"InRelease", "Release"})
      if (source->release_file.empty() && is_there(release_prefix(target) + name))
        source->release_file = release_prefix(target) + name;
  }
  const auto known = words_of(source->components);
  if (std::find(known.begin(), known.end(), target.component) == known.end())
    source->components += (source->components.empty() ? "" : " ") + target.component;
  if (auto file = stored_file(target); file.empty())
    source->missing_indexes.push_back({target.component, target.arch});
  else
    source->stored_indexes.push_back({target.component, target.arch, std::move(file)});
}

/// Calls `ask` with as many of the names at once as fit on a command line.
template <class Ask>
void in_batches(const std::vector<std::string>& names, Ask ask) {
  std::vector<std::string> batch;
  std::size_t bytes = 0;
  for (const auto& name : names) {
    if (!batch.empty() && bytes + name.size() + 1 > kMostOperands) {
      ask(batch);
      batch.clear();
      bytes = 0;
    }
    batch.push_back(name);
    bytes += name.size() + 1;
  }
  if (!batch.empty()) ask(batch);
}

Policy policy_of(const AptTools& tools, const std::vector<std::string>& names, Assembly& assembly) {
  const ProcessResult result = tools.answer(tools.read_only("apt-cache", "policy", {}, names));
  assembly.add_complaints(complaints_in(result.err));
  return parse_policy(result.out);
}

void resolve(const AptTools& tools, const fs::path& hook_program, Assembly& assembly) {
  const std::string native = assembly.snapshot().architectures.front();
  const Planner planner(tools, hook_program, native);
  const UpgradePlan dist_upgrade = planner.plan("dist-upgrade");
  const bool is_same = dist_upgrade.changes_nothing || !dist_upgrade.to_reinstall.empty();
  const UpgradePlan upgrade = is_same ? dist_upgrade : planner.plan("upgrade");
  Policy of_new;
  in_batches(Assembly::new_names(dist_upgrade, native), [&](const std::vector<std::string>& names) {
    for (auto& package : policy_of(tools, names, assembly).packages) of_new.packages.push_back(std::move(package));
  });
  assembly.add_new_packages(dist_upgrade, of_new);
  assembly.add_plans(dist_upgrade, upgrade);
  if (assembly.may_be_phased(dist_upgrade))
    assembly.add_phased(planner.plan("dist-upgrade", {"-o", "APT::Get::Always-Include-Phased-Updates=true"}));
}

/// Details only (size, source package), so that a failure costs no update.
void add_records(const AptTools& tools, Assembly& assembly) {
  std::vector<PackageRecord> records;
  in_batches(assembly.candidate_names(), [&](const std::vector<std::string>& names) {
    const Command command = tools.read_only("apt-cache", "show", {}, names);
    const ProcessResult result = tools.run(command);
    if (!result.ok()) assembly.add_complaints({{false, no_answer(command, result).what()}});
    for (auto& record : parse_package_records(result.out)) records.push_back(std::move(record));
  });
  assembly.add_records(records);
}

/// Of what the pro client has fetched of Ubuntu's archives that this machine is not subscribed to.
Snapshot packages_on_offer(const HostAccess& access, const fs::path& folder, const DpkgStatus& status,
                           const std::vector<std::string>& archs) {
  AptTools tools(access, folder);
  tools.use_architectures(archs);
  Assembly offers(status, archs.front(), {});
  offers.add_files(index_targets(tools, Targets::fetched, offers).targets);
  in_batches(offers.installed_names(),
             [&](const std::vector<std::string>& names) { offers.add_policy(policy_of(tools, names, offers)); });
  return offers.take();
}

void add_subscription_offer(const SubscriptionOffer& offer, std::vector<SubscriptionOffer>& offers) {
  const auto named =
      std::find_if(offers.begin(), offers.end(), [&](const SubscriptionOffer& one) { return one.name == offer.name; });
  if (named == offers.end())
    offers.push_back(offer);
  else
    *named = offer;
}

void add_subscription_offers(const HostAccess& access, const DpkgStatus& status, Snapshot& snapshot) {
  const fs::path folder = below(access.root, "/var/lib/ubuntu-advantage/apt-esm");
  if (!is_there((folder / "etc/apt").string())) return;
  try {
    const Snapshot offers = packages_on_offer(access, folder, status, snapshot.architectures);
    for (const auto& package : offers.packages)
      for (const auto& version : package.newer) {
        const auto offered = std::find_if(version.files.begin(), version.files.end(),
                                          [&](std::size_t index) { return needs_subscription(offers.files[index]); });
        if (offered == version.files.end()) continue;
        const bool apps = offers.files[*offered].origin == "UbuntuESMApps";
        add_subscription_offer({package.name, version.version, apps ? "esm-apps" : "esm-infra"},
                               snapshot.subscription_offers);
        break;
      }
  } catch (const CollectorError& failure) {  // costs the offers, not the updates
    snapshot.complaints.push_back({false, std::string("what Ubuntu Pro offers is not known: ") + failure.what()});
  }
}

/// "apt 2.6.1 (amd64)"
std::string version_of_apt(const AptTools& tools) {
  const std::string out = tools.answer(tools.read_only("apt-get", "--version", {})).out;
  const auto words = words_of(std::string_view(out).substr(0, out.find('\n')));
  return words.size() >= 2 && words[0] == "apt" ? "apt " + std::string(words[1]) : std::string();
}

}  // namespace

Snapshot ask_apt(const HostAccess& access) {
  return ask_apt(access, own_program());
}

Snapshot ask_apt(const HostAccess& access, const fs::path& hook_program) {
  AptTools tools(access);
  const DpkgStatus status = installed_packages(access, tools);
  const auto archs = tools.architectures();
  if (archs.empty()) throw CollectorError(FailureKind::unparseable, "dpkg does not tell this system's architecture");
  tools.use_architectures(archs);
  Assembly assembly(status, archs.front(), {archs.begin() + 1, archs.end()});
  assembly.snapshot().tool_version = version_of_apt(tools);

  for (const auto& target : index_targets(tools, Targets::configured, assembly).targets)
    add_source(target, assembly.snapshot().sources);
  assembly.add_files(index_targets(tools, Targets::fetched, assembly).targets);
  in_batches(assembly.installed_names(),
             [&](const std::vector<std::string>& names) { assembly.add_policy(policy_of(tools, names, assembly)); });
  assembly.check_policy();
  resolve(tools, hook_program, assembly);
  add_records(tools, assembly);
  add_subscription_offers(access, status, assembly.snapshot());
  return assembly.take();
}

}  // namespace patchstate::apt
