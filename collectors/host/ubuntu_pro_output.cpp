// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/ubuntu_pro_output.h"

#include <nlohmann/json.hpp>

namespace patchstate {

// {"_schema_version": "0.1", "account": {…}, "attached": true, "services": [{"name": "esm-infra", "status":
// "enabled"}]}
bool is_attached_to_pro(std::string_view status_json) {
  const auto status = nlohmann::json::parse(status_json, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object()) return false;
  const auto attached = status.find("attached");
  return attached != status.end() && attached->is_boolean() && attached->get<bool>();
}

}  // namespace patchstate
