// SPDX-License-Identifier: Apache-2.0
#include "agent/https_endpoint_proxy.h"

#include <cstdlib>
#include <utility>

#include "agent/hub_address.h"
#include "assessment/assessment_json.h"
#include "platform/system_proxy.h"

namespace patchstate {

Proxy proxy_for(const HubAccess& access) {
  using Origin = Proxy::Origin;
  if (access.hub.starts_with("http://")) return {};
  if (!access.proxy.empty()) return {access.proxy, Origin::configured, "[report] proxy"};
  using Variable = std::pair<const char*, std::string_view>;
  for (const auto& [name, where] : {Variable{"https_proxy", "the environment's https_proxy"},
                                    {"HTTPS_PROXY", "the environment's HTTPS_PROXY"},
                                    {"all_proxy", "the environment's all_proxy"},
                                    {"ALL_PROXY", "the environment's ALL_PROXY"}}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view address(value);
    return {clean_text(address.substr(address.find_last_of('@') + 1), 200), Origin::environment, where};
  }
  if (auto address = system_proxy(host_in(access.hub)); !address.empty())
    return {std::move(address), Origin::system, "the machine's own, `netsh winhttp show proxy`"};
  return {};
}

bool has_exceptions_from_proxy() {
  for (const auto* name : {"no_proxy", "NO_PROXY"})
    if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') return true;
  return false;
}

}  // namespace patchstate
