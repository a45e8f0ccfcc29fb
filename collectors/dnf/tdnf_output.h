// SPDX-License-Identifier: Apache-2.0
// The JSON of tdnf (`-j`). Throws CollectorError(unparseable) for what is not that JSON.
#pragma once

#include <string_view>
#include <vector>

#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// `tdnf -j list updates`: [{"Name": "python3", "Arch": "x86_64", "Evr": "3.12.3-6.azl3", "Repo":
/// "azurelinux-official-base"}]
PackageList parse_tdnf_packages(std::string_view text);

/// `tdnf -j repolist`: [{"Repo": "azurelinux-official-base", "RepoName": "…", "Enabled": true}]; enabled ones only.
std::vector<Repository> parse_tdnf_repositories(std::string_view text);

}  // namespace patchstate::dnf
