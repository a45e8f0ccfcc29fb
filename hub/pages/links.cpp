// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/links.h"

#include <fmt/core.h>

#include "hub/api_parameters.h"

namespace patchstate {

std::string machine_path(const std::string& host_id) {
  return "/machines/" + percent_encoded(host_id);
}

std::string update_path(std::int64_t update_key) {
  return fmt::format("/updates/{}", update_key);
}

std::string cve_path(const std::string& cve) {
  return "/cves/" + percent_encoded(cve);
}

const std::string& name_of(const HostRecord& host) {
  return host.hostname.empty() ? host.id : host.hostname;
}

}  // namespace patchstate
