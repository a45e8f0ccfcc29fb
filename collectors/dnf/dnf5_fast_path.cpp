// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_fast_path.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "collectors/dnf/dnf_lines.h"
#include "collectors/dnf/dnf_tools.h"

namespace patchstate::dnf {
namespace {

/// How metadata and packages are fetched, checked and kept, what is shown and asked, and what is done beside an
/// upgrade. `best` is what we set ourselves; `installonly_limit` and `clean_requirements_on_remove` only remove.
constexpr std::array<std::string_view, 62> kHarmless = {"name",
                                                        "enabled",
                                                        "baseurl",
                                                        "metalink",
                                                        "mirrorlist",
                                                        "type",
                                                        "gpgcheck",
                                                        "pkg_gpgcheck",
                                                        "repo_gpgcheck",
                                                        "localpkg_gpgcheck",
                                                        "gpgkey",
                                                        "skip_if_unavailable",
                                                        "metadata_expire",
                                                        "countme",
                                                        "failovermethod",
                                                        "fastestmirror",
                                                        "keepcache",
                                                        "max_parallel_downloads",
                                                        "max_downloads_per_mirror",
                                                        "minrate",
                                                        "timeout",
                                                        "retries",
                                                        "throttle",
                                                        "bandwidth",
                                                        "ip_resolve",
                                                        "deltarpm",
                                                        "deltarpm_percentage",
                                                        "zchunk",
                                                        "proxy",
                                                        "proxy_username",
                                                        "proxy_password",
                                                        "proxy_auth_method",
                                                        "username",
                                                        "password",
                                                        "user_agent",
                                                        "sslverify",
                                                        "sslcacert",
                                                        "sslclientcert",
                                                        "sslclientkey",
                                                        "sslverifystatus",
                                                        "ui_repoid_vars",
                                                        "check_config_file_age",
                                                        "best",
                                                        "installonly_limit",
                                                        "clean_requirements_on_remove",
                                                        "assumeyes",
                                                        "defaultyes",
                                                        "color",
                                                        "debuglevel",
                                                        "errorlevel",
                                                        "logdir",
                                                        "log_size",
                                                        "log_rotate",
                                                        "log_compress",
                                                        "history_record",
                                                        "history_list_view",
                                                        "metadata_timer_sync",
                                                        "diskspacecheck",
                                                        "debug_solver",
                                                        "plugins",
                                                        "tsflags",
                                                        "recent"};

/// Rows of one list or the other, to be compared: "ID NAME-EVR.ARCH".
std::string row_text(const rpm::Nevra& package, const std::string& repository) {
  return repository + " " + rpm::to_text(package);
}

}  // namespace

// [main]
// gpgcheck=True
std::vector<std::string> unusual_settings(std::string_view text) {
  std::vector<std::string> unusual;
  bool is_value = false;  // a line that starts with a blank goes on with the value above it
  for_each_line(text, [&](std::string_view raw) {
    const auto words = words_of(raw);
    if (words.empty() || words[0].front() == '#' || words[0].front() == ';') return;
    if (is_value && (raw.front() == ' ' || raw.front() == '\t')) return;
    is_value = raw.front() != '[';
    if (!is_value) return;
    const std::string key = lower(words[0].substr(0, words[0].find_first_of("=:")));
    if (std::find(kHarmless.begin(), kHarmless.end(), key) == kHarmless.end()) unusual.push_back(key);
  });
  return unusual;
}

std::string needs_dnf5(const Dnf5ProbeAnswer& answer, const PackageList& upgrades) {
  if (!answer.stale.empty()) return answer.stale;
  if (answer.installed_count <= 0) return "the rpm database that libsolv sees is empty";
  if (answer.problems != 0) return "the solver finds problems";
  if (!answer.gone.empty()) return answer.gone.front() + " would be removed";
  if (!answer.obsoleting.empty()) return answer.obsoleting.front() + " obsoletes what is installed";
  if (!upgrades.replacements.empty()) return "dnf5 itself tells of replacements";
  std::set<std::string> told;
  for (const auto& row : upgrades.rows) told.insert(row_text(row.package, row.repository));
  std::set<std::string> chosen;
  for (const auto& one : answer.chosen)
    if (one.known) chosen.insert(row_text(one.package, one.repository));
  for (const auto& row : told)
    if (!chosen.contains(row)) return row + " is not what the solver takes";
  for (const auto& row : chosen)
    if (!told.contains(row)) return row + " is not what dnf5 lists";
  return {};
}

void take(Dnf5ProbeAnswer answer, Snapshot& snapshot) {
  snapshot.answered_by = "patchstate-solv-probe";
  snapshot.tool_version = std::move(answer.tool_version);
  for (auto& package : answer.installed) add_installed(std::move(package), snapshot);
  snapshot.advisories = std::move(answer.advisories);
  snapshot.plan.emplace();
  for (auto& one : answer.chosen) snapshot.plan->installs.push_back(std::move(one.package));
}

}  // namespace patchstate::dnf
