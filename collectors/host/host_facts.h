// SPDX-License-Identifier: Apache-2.0
// Who this host is: os-release, kernel, end of support, cloud. Facts only; the verdict judges them.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "assessment/assessment.h"
#include "collectors/collector.h"

namespace patchstate {

/// Everything of Host but `cloud`. Reads only below access.root (but see read_end_of_support); of another root than "/"
/// the running kernel, boot time and virtualisation stay empty. A file that can't be read costs its facts, and a
/// warning in `warnings`, never the host.
struct HostFacts {
  Host host;
  std::vector<Warning> warnings;
};
HostFacts read_host_facts(const HostAccess& access);

struct MetadataService {
  std::filesystem::path dmi_folder = "/sys/class/dmi/id";
  std::string address = "169.254.169.254";
  int port = 80;
  std::chrono::milliseconds deadline = std::chrono::seconds{1};
};
/// Provider from DMI, resource id from the provider's metadata service. nullopt on a machine of no known cloud: then
/// nothing is asked over the network. A service that does not answer costs the resource id only.
std::optional<Cloud> read_cloud(const MetadataService& service);

}  // namespace patchstate
