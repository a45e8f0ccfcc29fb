// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// What dnf4_helper.py prints:
///   {"tool": "4.14.0", "installedCount": 412,
///    "repositories": [{"id": "updates", "name": "Updates", "loaded": true, "checked": 1795828901, "published":
///    1795828000,
///                      "revision": "1700000000", "advisories": true},
///                     {"id": "extras", "name": "Extras", "loaded": false, "cached": false, "problem": "…"}],
///    "installed": [PACKAGE…], "upgrades": [PACKAGE…], "obsoletes": [PACKAGE and "replaces": [NEVRA…]],
///    "held": [PACKAGE, "by": "excludepkgs foo*" and "replaces": []],
///    "installonly": [{"name", "evr", "arch", "release": "6.1-1.x86_64"}], "modules": {NEVRA: "nodejs:18"},
///    "advisories": [{"id", "type": "security", "severity": "Important", "title", "issued": "2026-01-02T03:04:05Z",
///    "cves": [],
///                    "url", "packages": [["zeta", "1.1-1", "x86_64", false]]}],
///    "plan": {"installs": [NEVRA…], "removes": [NEVRA…], "problems": [TEXT…]} or null, "complaints": [{"error",
///    "text"}]}
/// PACKAGE is {"name", "evr", "arch", "repo", "source", "vendor", "size": bytes, "built": epoch seconds}; or, where dnf
/// could not answer, {"error": {"type": "RepoError", "text": "…"}, "complaints": […]}. Throws CollectorError: not that
/// JSON (unparseable), or an error of dnf's own with the kind that it is of.
Snapshot parse_dnf4(std::string_view text);

}  // namespace patchstate::dnf
