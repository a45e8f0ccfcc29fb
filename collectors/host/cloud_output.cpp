// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cloud_output.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace patchstate {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLength = 1024;

/// Ids are printable ASCII without blanks; anything else did not come from the cloud.
bool looks_like_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string id_in(const json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return looks_like_id(text) ? text : std::string();
}

json parsed(std::string_view text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string_view without_line_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \r\n") + 1);
}

std::string_view partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  if (region.starts_with("us-isob-")) return "aws-iso-b";
  if (region.starts_with("us-iso-")) return "aws-iso";
  return "aws";
}

}  // namespace

// {"location":"westeurope","name":"web1","resourceId":"/subscriptions/8d…/resourceGroups/rg1/providers/
//  Microsoft.Compute/virtualMachines/web1","vmId":"02aa…"}
std::string azure_resource_id(std::string_view compute_json) {
  const std::string id = id_in(parsed(compute_json), "resourceId");
  return id.starts_with('/') ? id : std::string();
}

// {"accountId" : "123456789012", "architecture" : "x86_64", "instanceId" : "i-1234567890abcdef0", "region" :
// "eu-west-1"}
std::string aws_resource_id(std::string_view identity_json) {
  const json document = parsed(identity_json);
  const std::string account = id_in(document, "accountId");
  const std::string region = id_in(document, "region");
  const std::string instance = id_in(document, "instanceId");
  if (account.empty() || region.empty() || instance.empty()) return {};
  return fmt::format("arn:{}:ec2:{}:{}:instance/{}", partition_of(region), region, account, instance);
}

// my-project-1      projects/123456789012/zones/europe-west1-b      4567890123456789012
std::string gcp_resource_id(std::string_view project, std::string_view zone, std::string_view instance) {
  project = without_line_end(project);
  zone = without_line_end(zone);
  instance = without_line_end(instance);
  zone.remove_prefix(zone.rfind('/') + 1);  // npos + 1 is 0
  if (!looks_like_id(project) || !looks_like_id(zone) || !looks_like_id(instance)) return {};
  return fmt::format("//compute.googleapis.com/projects/{}/zones/{}/instances/{}", project, zone, instance);
}

std::string aws_token(std::string_view answer) {
  answer = without_line_end(answer);
  return looks_like_id(answer) ? std::string(answer) : std::string();
}

}  // namespace patchstate
