// SPDX-License-Identifier: Apache-2.0
// What apt knows, before any rule. Filled by the probe's JSON (libapt-pkg) or by apt's own commands; judged by apt_rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace patchstate::apt {

/// One Packages file (or the dpkg status file) and the Release fields that belong to it.
struct PackageFile {
  std::string description;  ///< "http://deb.debian.org/debian bookworm/main amd64 Packages"
  std::string repository;   ///< "http://deb.debian.org/debian bookworm/main"
  std::string archive;      ///< Suite: stable-security, jammy-updates
  std::string codename;
  std::string origin;
  std::string label;
};

struct Version {
  std::string version;
  std::vector<std::size_t> files;  ///< indices into Snapshot::files of the archives that offer it (never the status file)
  std::optional<int> phased_percentage;
  bool above_candidate = false;  ///< newer than what policy chose, or policy chose none
};

/// Answer of apt's resolver for one package; nullopt: not asked.
struct Resolution {
  std::optional<bool> upgrade;       ///< `apt-get upgrade` would install the candidate
  std::optional<bool> dist_upgrade;  ///< `apt-get dist-upgrade` would
};

/// An installed package with at least one newer version somewhere, or a new package that dist-upgrade would pull in.
struct Package {
  std::string name;
  std::string arch;
  std::string source;
  std::string source_version;
  std::string installed;  ///< empty: new package
  std::string candidate;  ///< version policy chose; equals `installed` when a pin hides every newer one
  bool held = false;
  bool phased_by_apt = false;  ///< the candidate is being phased and this machine is not in yet, as apt itself decides
  std::optional<int> phased_percentage;  ///< of the candidate
  std::optional<std::int64_t> size;
  std::vector<Version> newer;            ///< every version above the installed one, newest first
  Resolution resolution;
  std::vector<std::string> required_by;  ///< new packages: the pending updates that need it (name:arch)
};

/// One entry of sources.list: URI, suite, component list.
struct Source {
  std::string uri;
  std::string suite;
  std::string components;   ///< space separated
  std::string release_file;  ///< absolute path below the root of the InRelease or Release file; empty: none was fetched
  std::vector<std::string> missing_indexes;  ///< descriptions of indexes that were never fetched
};

/// A package dpkg has not finished with.
struct BrokenPackage {
  std::string name;
  std::string arch;
  std::string state;  ///< dpkg's word: half-installed, unpacked, half-configured, triggers-awaited, reinst-required
};

/// A sentence of apt's own error stack.
struct Complaint {
  bool error = false;  ///< E: rather than W:
  std::string text;
};

enum class ResolutionKind { unknown, not_needed, resolved, failed };

struct Snapshot {
  std::string tool;          ///< patchstate-apt-probe, or apt-get
  std::string tool_version;  ///< version of apt or libapt-pkg
  std::vector<std::string> architectures;
  std::vector<PackageFile> files;
  std::vector<Source> sources;
  std::vector<Package> packages;
  std::vector<BrokenPackage> broken_packages;
  std::vector<Complaint> complaints;
  std::vector<std::string> not_understood;  ///< data lines no record came from (parse is total)
  int installed_count = 0;                  ///< installed packages seen; 0 means the status file said nothing
  ResolutionKind resolution = ResolutionKind::unknown;
};

}  // namespace patchstate::apt
