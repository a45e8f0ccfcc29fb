// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/support_facts.h"

#include <system_error>

#include "collectors/host/ubuntu_pro_output.h"
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

}  // namespace

std::optional<EndOfSupport> read_end_of_support(const fs::path& root,
                                                const std::map<std::string, std::string>& os_release,
                                                std::string_view arch, Time now) {
  const std::string table = distro_info_table(os_release);
  const std::string path = "/usr/share/distro-info/" + table;
  const bool esm = table == "ubuntu.csv" && has_esm(root, now);
  auto end = end_of_support(os_release, table.empty() ? std::string() : content_of(root, path), esm, arch);
  if (!end && root != "/" && !table.empty()) {
    end = end_of_support(os_release, content_of("/", path), esm, arch);
    if (end) end->source += ", the table of the assessing machine";
  }
  return end;
}

}  // namespace patchstate
