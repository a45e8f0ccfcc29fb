// SPDX-License-Identifier: Apache-2.0
// One advisory of a repository (updateinfo.xml), and the vendors' words in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/rpm/rpm_version.h"

namespace patchstate::rpm {

/// A package as the advisory ships it: it fixes every older one of that name and architecture.
struct AdvisoryPackage {
  std::string name;
  Evr version;
  std::string arch;
  std::string filename;  ///< empty where the vendor leaves it out
  bool reboot_suggested = false;
  std::string module;  ///< "name:stream" of the collection it stands in; empty: it belongs to no module
};

struct RpmAdvisory {
  std::string id;        ///< RHSA-2026:1234, SUSE-2026-77, FEDORA-2026-abc, ALAS2023-2026-001
  std::string version;   ///< the <update>'s own; on SUSE one id may come in several, which are patches of their own
  std::string type;      ///< the vendor's word: see classification_of
  std::string severity;  ///< the vendor's word, empty where there is none: see severity_of
  std::string title;
  std::string status;  ///< final, stable, testing, retracted
  std::string url;     ///< reference of type "self"; empty where there is none
  std::optional<Time> issued;
  std::optional<Time> updated;
  std::vector<std::string> cves;  ///< of references of type "cve" first, then those its texts name; each once
  std::vector<AdvisoryPackage> packages;
  std::string module;             ///< the first of its collections' "name:stream", or empty
  bool reboot_suggested = false;  ///< by itself or by one of its packages
};

/// security; bugfix, recommended -> bugfix; enhancement, optional -> enhancement; newpackage, feature -> feature;
/// document, yast, other -> other; any other word, and none -> unknown. Any case.
Classification classification_of(std::string_view type);

/// Critical, Important, Moderate or Medium, Low, None, in any case. Nothing, "unspecified" and any other word ->
/// unknown.
Severity severity_of(std::string_view text);

/// When an advisory was issued, as the vendors write it: "2026-01-27T16:08:06Z", "2026-01-27 16:08:06" with or without
/// seconds, a fraction and " UTC", "2026-01-27" (its begin), seconds since 1970. nullopt for anything else.
std::optional<Time> advisory_time(std::string_view text);

/// CVE-YYYY-NNNN and longer in any text: each once, in upper case, in order of appearance.
std::vector<std::string> cves_in(std::string_view text);

}  // namespace patchstate::rpm
