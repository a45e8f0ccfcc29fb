// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/support_facts.h"

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

#include "collectors/host/known_releases.h"
#include "collectors/host/ubuntu_pro_output.h"
#include "collectors/rpm/repo_files.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSize = 1U << 20U;

/// Content, or empty: a table that can't be read says nothing, like one that is not there.
std::string content_of(const fs::path& root, const std::string& path) {
  try {
    return read_file(resolve_in_root(root, path), kMaxSize);
  } catch (const std::system_error&) {
    return {};
  }
}

/// The ESM source is switched on (an upgrade of the release leaves it commented out), and the client says that the
/// machine is served by it; where it says nothing, there is its token, which only root can see.
bool has_esm(const fs::path& root, Time now) {
  const bool source = names_a_source(content_of(root, "/etc/apt/sources.list.d/ubuntu-esm-infra.list")) ||
                      names_a_source(content_of(root, "/etc/apt/sources.list.d/ubuntu-esm-infra.sources"));
  if (!source) return false;
  const auto status = esm_status(content_of(root, "/var/lib/ubuntu-advantage/status.json"), now);
  return status == EsmStatus::enabled ||
         (status == EsmStatus::unknown && is_in_root(root, "/var/lib/ubuntu-advantage/private/machine-token.json"));
}

/// A repository of extended life-cycle support: "rhel-7-server-els-rpms".
bool has_extended_support(const fs::path& root) {
  const auto files = rpm::read_repo_files(root, rpm::dnf_repo_folders());
  return std::any_of(files.repositories.begin(), files.repositories.end(), [](const rpm::ConfiguredRepo& one) {
    std::string words = "-" + one.id + "-";
    std::replace(words.begin(), words.end(), '_', '-');
    return one.enabled && (words.find("-els-") != std::string::npos || words.find("-ELS-") != std::string::npos);
  });
}

/// For those whose os-release and tables say nothing.
std::optional<EndOfSupport> known_end(const fs::path& root, const std::map<std::string, std::string>& os_release) {
  const auto ended = ended_release(os_release);
  if (!ended || (ended->sold_longer && has_extended_support(root))) return std::nullopt;
  return EndOfSupport{ended->last_day + std::chrono::days{1},
                      fmt::format("patchstate's own table of {}", kKnownReleasesDate)};
}

}  // namespace

std::optional<EndOfSupport> read_end_of_support(const fs::path& root,
                                                const std::map<std::string, std::string>& os_release,
                                                std::string_view arch, Time now) {
  const std::string table = distro_info_table(os_release);
  const std::string path = "/usr/share/distro-info/" + table;
  const bool esm = table == "ubuntu.csv" && has_esm(root, now);
  auto end = end_of_support(os_release, table.empty() ? std::string() : content_of(root, path), esm, arch);
  if (end) return end;
  if (table.empty()) return known_end(root, os_release);
  if (root != "/") {
    end = end_of_support(os_release, content_of("/", path), esm, arch);
    if (end) end->source += ", the table of the assessing machine";
  }
  if (!end) {
    end = end_of_support(os_release, known_distro_info(table), esm, arch);
    if (end) end->source += fmt::format(", patchstate's own copy of {}", kKnownReleasesDate);
  }
  return end;
}

}  // namespace patchstate
