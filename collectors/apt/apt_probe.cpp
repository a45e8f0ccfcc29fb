// SPDX-License-Identifier: Apache-2.0
// patchstate-apt-probe: asks libapt-pkg what it knows and prints it as JSON (apt_probe_output.h reads it). The only
// program that links libapt-pkg; no rules in it. Reads the system below --root, takes no lock, writes only into
// --cache.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <apt-pkg/cachefile.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/error.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/indexfile.h>
#include <apt-pkg/init.h>
#include <apt-pkg/metaindex.h>
#include <apt-pkg/policy.h>
#include <apt-pkg/sourcelist.h>
#include <apt-pkg/strutl.h>
#include <apt-pkg/version.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "collectors/apt/apt_probe_phasing.h"
#include "collectors/apt/apt_probe_resolution.h"
#include "collectors/apt/apt_probe_setup.h"

namespace patchstate::apt {
namespace {

using nlohmann::json;

/// Package files as a list of their own, each named once; versions refer to them by index.
class FileTable {
 public:
  explicit FileTable(pkgSourceList& sources) : sources_(sources) {}

  std::size_t index_of(const pkgCache::PkgFileIterator& file) {
    const auto [place, is_new] = index_.try_emplace(file->ID, files_.size());
    if (is_new) files_.push_back(describe(file));
    return place->second;
  }
  json take() { return std::move(files_); }

 private:
  static std::string text(const char* value) { return value == nullptr ? std::string() : std::string(value); }

  json describe(const pkgCache::PkgFileIterator& file) const {
    pkgIndexFile* index = nullptr;
    const std::string description = sources_.FindIndex(file, index) ? index->Describe(true) : text(file.FileName());
    return {{"description", description},    {"archive", text(file.Archive())}, {"codename", text(file.Codename())},
            {"origin", text(file.Origin())}, {"label", text(file.Label())},     {"component", text(file.Component())},
            {"site", text(file.Site())}};
  }

  pkgSourceList& sources_;
  std::map<unsigned long, std::size_t> index_;
  json files_ = json::array();
};

json archives_of(const pkgCache::VerIterator& version, FileTable& files) {
  json list = json::array();
  for (auto file = version.FileList(); !file.end(); ++file)
    if (!file.File().Flagged(pkgCache::Flag::NotSource)) list.push_back(files.index_of(file.File()));
  return list;
}

json version_facts(const pkgCache::VerIterator& version, FileTable& files) {
  json facts = {{"version", version.VerStr()}, {"files", archives_of(version, files)}};
  if (const int percentage = phased_percentage(version); percentage != 100) facts["phasedPercentage"] = percentage;
  return facts;
}

json candidate_facts(const pkgCache::PkgIterator& package, const pkgCache::VerIterator& version) {
  return {{"name", package.Name()},
          {"arch", version.Arch()},
          {"source", version.SourcePkgName()},
          {"sourceVersion", version.SourceVerStr()},
          {"candidate", version.VerStr()},
          {"size", version->Size}};
}

/// Versions above the installed one, newest first. Two versions with the same text (rebuilt locally, another hash) are
/// one.
json newer_versions(const pkgCache::PkgIterator& package, const pkgCache::VerIterator& candidate, FileTable& files) {
  json newer = json::array();
  const auto current = package.CurrentVer();
  pkgVersioningSystem* const system = package.Cache()->VS;
  for (auto version = package.VersionList(); !version.end(); ++version) {
    if (system->CmpVersion(version.VerStr(), current.VerStr()) <= 0) continue;
    json facts = version_facts(version, files);
    if (candidate.end() || system->CmpVersion(version.VerStr(), candidate.VerStr()) > 0) facts["aboveCandidate"] = true;
    newer.push_back(std::move(facts));
  }
  return newer;
}

void add_resolution(json& facts, const ResolverAnswer& answer, unsigned long id) {
  if (id < answer.upgrade.size()) facts["upgrade"] = static_cast<bool>(answer.upgrade[id]);
  if (id < answer.dist_upgrade.size()) facts["distUpgrade"] = static_cast<bool>(answer.dist_upgrade[id]);
  if (id < answer.phased.size() && answer.phased[id]) facts["phased"] = true;
}

using Packages = std::vector<pkgCache::PkgIterator>;

json upgradable_packages(const Packages& of_interest, pkgPolicy& policy, FileTable& files,
                         const ResolverAnswer& answer) {
  json packages = json::array();
  for (const auto& package : of_interest) {
    if (package->CurrentVer == nullptr) continue;
    const auto current = package.CurrentVer();
    if (package.VersionList() == current) continue;  // sorted: nothing is newer
    const auto candidate = policy.GetCandidateVer(package);
    json newer = newer_versions(package, candidate, files);
    if (newer.empty()) continue;
    json facts = candidate_facts(package, candidate.end() ? current : candidate);
    facts["installed"] = current.VerStr();
    facts["versions"] = std::move(newer);
    if (package->SelectedState == pkgCache::State::Hold) facts["held"] = true;
    add_resolution(facts, answer, package->ID);
    packages.push_back(std::move(facts));
  }
  return packages;
}

json new_packages(const ResolverAnswer& answer, FileTable& files) {
  json packages = json::array();
  for (const auto& one : answer.new_packages) {
    json facts = candidate_facts(one.version.ParentPkg(), one.version);
    facts["versions"] = json::array({version_facts(one.version, files)});
    facts["requiredBy"] = one.required_by;
    packages.push_back(std::move(facts));
  }
  return packages;
}

const char* dpkg_word(const pkgCache::PkgIterator& package) {
  if (package->InstState == pkgCache::State::ReInstReq || package->InstState == pkgCache::State::HoldReInstReq)
    return "reinst-required";
  switch (package->CurrentState) {
    case pkgCache::State::UnPacked:
      return "unpacked";
    case pkgCache::State::HalfConfigured:
      return "half-configured";
    case pkgCache::State::HalfInstalled:
      return "half-installed";
    case pkgCache::State::TriggersAwaited:
      return "triggers-awaited";
    case pkgCache::State::TriggersPending:
      return "triggers-pending";
    default:
      return nullptr;
  }
}

/// Installed packages of an architecture that is not configured: apt looks for updates of none of them.
std::string stray_architecture(const Packages& of_interest) {
  const auto known = architectures();
  for (const auto& package : of_interest)
    if (package->CurrentVer != nullptr && std::find(known.begin(), known.end(), package.Arch()) == known.end())
      return std::string(package.Name()) + ":" + package.Arch();
  return {};
}

json broken_packages(const Packages& of_interest, int& installed) {
  json broken = json::array();
  for (const auto& package : of_interest) {
    if (package->CurrentVer != nullptr) ++installed;
    if (package->CurrentState == pkgCache::State::NotInstalled || package->CurrentState == pkgCache::State::ConfigFiles)
      continue;
    if (const char* const word = dpkg_word(package))
      broken.push_back({{"name", package.Name()}, {"arch", package.Arch()}, {"state", word}});
  }
  return broken;
}

json installed_kernels(const Packages& of_interest, FileTable& files) {
  json kernels = json::array();
  for (const auto& package : of_interest) {
    if (package->CurrentVer == nullptr || std::strncmp(package.Name(), "linux-image-", 12) != 0) continue;
    const auto version = package.CurrentVer();
    kernels.push_back({{"package", package.Name()},
                       {"arch", version.Arch()},
                       {"version", version.VerStr()},
                       {"source", version.SourcePkgName()},
                       {"sourceVersion", version.SourceVerStr()},
                       {"files", archives_of(version, files)}});
  }
  return kernels;
}

json sources_of(pkgSourceList& list) {
  json sources = json::array();
  const std::string folder = _config->FindDir("Dir::State::lists");
  for (const auto* const meta : list) {
    std::vector<std::string> components;
    json indexes = json::array();
    std::string base;
    for (const auto& target : meta->GetIndexTargets()) {
      if (target.Option(IndexTarget::CREATED_BY) != "Packages") continue;
      base = target.Option(IndexTarget::BASE_URI);
      const std::string component = target.Option(IndexTarget::COMPONENT);
      if (std::find(components.begin(), components.end(), component) == components.end())
        components.push_back(component);
      const std::string file = target.Option(IndexTarget::EXISTING_FILENAME);
      json index = {{"component", component}, {"architecture", target.Option(IndexTarget::ARCHITECTURE)}};
      if (!file.empty()) index["file"] = file;
      indexes.push_back(std::move(index));
    }
    if (base.empty()) continue;  // sources only
    std::string release = folder + URItoFileName(base + "InRelease");
    if (!RealFileExists(release)) release = folder + URItoFileName(base + "Release");
    if (!RealFileExists(release)) release.clear();
    sources.push_back({{"uri", meta->GetURI()},
                       {"suite", meta->GetDist()},
                       {"components", components},
                       {"releaseFile", release},
                       {"indexes", std::move(indexes)}});
  }
  return sources;
}

json take_complaints() {
  json complaints = json::array();
  while (!_error->empty()) {
    std::string text;
    const bool error = _error->PopMessage(text);
    complaints.push_back({{"error", error}, {"text", text}});
  }
  return complaints;
}

int print(const json& snapshot) {
  const std::string text = snapshot.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : 2;
}

int fail(json complaints) {
  print({{"snapshot", "apt"}, {"failed", true}, {"complaints", std::move(complaints)}});
  return 1;
}

int probe(const ProbeOptions& options) {
  json complaints = json::array();
  const auto collect = [&complaints] {
    for (auto& one : take_complaints()) complaints.push_back(std::move(one));
  };
  configure(options);
  collect();
  TolerantCacheFile file;
  file.read_sources();
  collect();  // an unreadable sources file costs that file, not the answer
  if (!open_cache(file)) return fail(take_complaints());
  pkgCache& cache = *file.GetPkgCache();
  pkgPolicy* const policy = file.GetPolicy();
  if (policy == nullptr) return fail(take_complaints());
  collect();

  ResolverAnswer answer;
  const char* resolution = "not_needed";
  const Packages of_interest = packages_of_interest(cache);
  if (!UpgradeCheck(cache, *policy, of_interest).nothing_to_resolve()) {
    answer = resolve(file);
    resolution = answer.failed ? "failed" : answer.waits_for_reinstallation ? "unknown" : "resolved";
  }
  FileTable files(*file.GetSourceList());
  json packages = upgradable_packages(of_interest, *policy, files, answer);
  json fresh = new_packages(answer, files);
  json kernels = installed_kernels(of_interest, files);
  int installed = 0;
  json broken = broken_packages(of_interest, installed);
  if (const std::string stray = stray_architecture(of_interest); !stray.empty())
    complaints.push_back({{"error", true},
                          {"text", stray + " is installed, but its architecture is not configured (var/lib/dpkg/arch, "
                                           "`dpkg --add-architecture`): apt sees no updates for it"}});
  json sources = sources_of(*file.GetSourceList());
  collect();
  return print({{"snapshot", "apt"},
                {"tool", "patchstate-apt-probe"},
                {"toolVersion", std::string("libapt-pkg ") + pkgLibVersion},
                {"architectures", architectures()},
                {"files", files.take()},
                {"sources", std::move(sources)},
                {"packages", std::move(packages)},
                {"newPackages", std::move(fresh)},
                {"brokenPackages", std::move(broken)},
                {"kernels", std::move(kernels)},
                {"installedCount", installed},
                {"resolution", resolution},
                {"complaints", std::move(complaints)}});
}

}  // namespace
}  // namespace patchstate::apt

int main(int argc, char** argv) {
  using namespace patchstate::apt;
  ProbeOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    std::string* const value = argument == "--root"    ? &options.root
                               : argument == "--cache" ? &options.cache
                               : argument == "--apt"   ? &options.apt
                                                       : nullptr;
    if (value == nullptr || i + 1 == argc) {
      std::fputs("usage: patchstate-apt-probe [--root DIR] [--cache DIR] [--apt DIR]\n", stderr);
      return 2;
    }
    *value = argv[++i];
  }
  return probe(options);
}
