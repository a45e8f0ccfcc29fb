// SPDX-License-Identifier: Apache-2.0
// What dnf, tdnf or yum knows, before any rule; judged by dnf_rules. Filled from dnf 4's Python API (dnf4_output), from
// the JSON of dnf5 and tdnf, or from the text of older tools.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

/// A repository that the tool was configured to ask.
struct Repository {
  std::string id;
  std::string name;
  bool loaded = false;             ///< its packages took part in the answer
  bool cached = false;             ///< it was fetched once, whatever became of it
  std::string problem;             ///< why it was not loaded, in the tool's words
  std::optional<Time> checked;     ///< last successful check against the server
  std::optional<Time> published;   ///< newest time in its metadata
  std::string revision;            ///< of repomd.xml
  std::optional<bool> advisories;  ///< whether it names advisories about security; nullopt: not known
  std::string updateinfo;          ///< where dnf 4 has them; empty: nowhere
  bool has_modules = false;        ///< it publishes module streams
  std::string cache;  ///< its folder below the root, of which there is one alone; empty: of none or of several
};

/// A package that the tool would, or but for a setting would, install in place of what is there.
struct Candidate {
  rpm::Nevra package;
  std::string repository;
  std::string source;  ///< file name of the source package, "bash-5.1-2.src.rpm"
  std::string vendor;
  std::optional<std::int64_t> size;  ///< bytes to download
  std::optional<Time> built;
  std::vector<rpm::Nevra> replaces;  ///< installed packages of another name that it obsoletes
  bool held = false;                 ///< the tool hides it, by a setting of this machine
  std::string held_by;               ///< "excludepkgs foo*"; empty: a version lock or what a plugin hides
};

/// An installed package of which several versions may be installed side by side.
struct Kernel {
  rpm::Nevra package;
  std::string release;  ///< as `uname -r` says; empty: the tool does not tell
};

/// What the tool's own full upgrade would do.
struct Plan {
  std::vector<rpm::Nevra> installs;  ///< upgrades too
  std::vector<rpm::Nevra> removes;   ///< what is replaced by a package of another name
  std::vector<std::string> problems;
};

/// "name:stream" of the module that a package belongs to.
struct ModulePackage {
  rpm::Nevra package;
  std::string module;
};

struct Complaint {
  bool error = false;
  std::string text;
};

enum class Detail {
  structured,  ///< JSON, or an API
  text         ///< what the tool prints for a person: nothing proves that it is all
};

struct Snapshot {
  std::string tool;          ///< dnf5, dnf, tdnf, yum
  std::string tool_version;  ///< of who answered
  std::string answered_by;   ///< a probe of ours, beside the tool; empty: the tool alone
  Detail detail = Detail::structured;
  std::optional<std::size_t> installed_count;
  std::vector<Repository> repositories;
  std::optional<bool> offers_libc;    ///< some repository has a version of glibc; nullopt: not known, not installed
  std::vector<rpm::Nevra> installed;  ///< at least every installed package that has the name of a candidate
  std::vector<Candidate> candidates;
  std::vector<Kernel> kernels;
  std::vector<rpm::RpmAdvisory> advisories;  ///< at least those of versions newer than an installed one
  std::vector<ModulePackage> modules;
  std::optional<Plan> plan;  ///< nullopt: not asked
  bool plan_failed = false;  ///< asked, and the tool could not say
  std::vector<Complaint> complaints;
  std::vector<Warning> warnings;            ///< of what was read for it: the .repo files
  std::vector<std::string> not_understood;  ///< data no record came from
};

}  // namespace patchstate::dnf
