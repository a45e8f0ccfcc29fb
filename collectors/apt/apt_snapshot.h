// SPDX-License-Identifier: Apache-2.0
// What apt knows, before any rule. Filled by the probe's JSON (libapt-pkg) or by apt's own commands; judged by
// apt_rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace patchstate::apt {

/// One Packages file (or the dpkg status file) and the Release fields that belong to it.
struct PackageFile {
  std::string description;  ///< "http://deb.example.org/debian bookworm/main amd64 Packages"
  std::string repository;   ///< "http://deb.example.org/debian bookworm/main"
  std::string archive;      ///< Suite: stable-security, jammy-updates
  std::string codename;
  std::string origin;
  std::string label;
};

struct Version {
  std::string version;
  std::vector<std::size_t>
      files;  ///< indices into Snapshot::files of the archives that offer it (never the status file)
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
  std::vector<Version> newer;  ///< every version above the installed one, newest first
  Resolution resolution;
  std::vector<std::string> required_by;  ///< new packages: the pending updates that need it (name:arch)
};

/// An index that sources.list asks for and that is not in the lists folder.
struct MissingIndex {
  std::string component;  ///< empty in a flat repository
  std::string architecture;
};

/// A Packages index in the lists folder.
struct StoredIndex {
  std::string component;
  std::string architecture;
  std::string file;  ///< path on this host
};

/// One entry of sources.list: URI, suite, component list.
struct Source {
  std::string uri;
  std::string suite;
  std::string components;  ///< space separated
  std::string
      release_file;  ///< path of the fetched InRelease or Release file on this host (root included); empty: none
  std::vector<MissingIndex> missing_indexes;
  std::vector<StoredIndex> stored_indexes;
};

/// A package dpkg has not finished with.
struct BrokenPackage {
  std::string name;
  std::string arch;
  std::string state;  ///< dpkg's word: half-installed, unpacked, half-configured, triggers-awaited, reinst-required
};

/// An installed kernel image.
struct Kernel {
  std::string release;  ///< as uname -r says: the package's name without linux-image-
  std::string package;
  std::string arch;
  std::string version;
  std::string source;
  std::string source_version;
  std::vector<std::size_t> files;  ///< archives that offer this very version
};

/// A sentence of apt's own error stack.
struct Complaint {
  bool error = false;  ///< E: rather than W:
  std::string text;
};

struct SubscriptionOffer {
  std::string name;
  std::string version;  ///< empty: apt named the package only
  std::string service;  ///< esm-infra, esm-apps; empty: not said
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
  std::vector<Kernel> kernels;
  std::vector<Complaint> complaints;
  std::vector<std::string> not_understood;  ///< data lines no record came from (parse is total)
  /// Security updates that Ubuntu Pro offers and this machine can't install (name, version it offers or empty,
  /// service).
  std::vector<SubscriptionOffer> subscription_offers;
  int installed_count = 0;  ///< installed packages seen; 0 means the status file said nothing
  ResolutionKind resolution = ResolutionKind::unknown;
};

}  // namespace patchstate::apt
