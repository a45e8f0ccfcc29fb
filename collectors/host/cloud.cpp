// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "collectors/host/cloud_output.h"
#include "collectors/host/host_facts.h"
#include "platform/link_local_http.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

/// Several requests to one service, all within one deadline.
class Session {
 public:
  explicit Session(const MetadataService& service) : service_(service), give_up_(Clock::now() + service.deadline) {}

  /// Body of the answer, or empty.
  std::string get(const char* path, std::pair<std::string, std::string> header) {
    return ask("GET", path, std::move(header));
  }
  std::string ask(const char* method, const char* path, std::pair<std::string, std::string> header) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(give_up_ - Clock::now());
    if (left.count() <= 0) return {};
    return fetch_link_local({method, service_.address, service_.port, path, {std::move(header)}}, left).value_or("");
  }

 private:
  const MetadataService& service_;
  Clock::time_point give_up_;
};

std::string ask_azure(Session& session) {
  return azure_resource_id(session.get("/metadata/instance/compute?api-version=2021-02-01", {"Metadata", "true"}));
}

std::string ask_aws(Session& session) {
  const auto token = aws_token(session.ask("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds", "60"}));
  if (token.empty()) return {};
  return aws_resource_id(
      session.get("/latest/dynamic/instance-identity/document", {"X-aws-ec2-metadata-token", token}));
}

std::string ask_gcp(Session& session) {
  const auto get = [&](const char* path) { return session.get(path, {"Metadata-Flavor", "Google"}); };
  const auto project = get("/computeMetadata/v1/project/project-id");
  if (project.empty()) return {};
  const auto zone = get("/computeMetadata/v1/instance/zone");
  return gcp_resource_id(project, zone, get("/computeMetadata/v1/instance/id"));
}

/// Amazon's older machines run on Xen and are known by the beginning of their UUID.
bool is_aws(const DmiStrings& dmi) {
  const auto& uuid = dmi.product_uuid;
  const bool ec2_uuid = uuid.starts_with("ec2") || uuid.starts_with("EC2");
  return dmi.sys_vendor == "Amazon EC2" || dmi.bios_vendor == "Amazon EC2" || (dmi.sys_vendor == "Xen" && ec2_uuid);
}

}  // namespace

std::optional<Cloud> read_cloud(const MetadataService& service) {
  const DmiStrings dmi = dmi_strings(service.dmi_folder);
  Session session(service);
  if (dmi.chassis_asset_tag == "7783-7084-3265-9085-8269-3286-77") return Cloud{"azure", ask_azure(session)};
  if (is_aws(dmi)) return Cloud{"aws", ask_aws(session)};
  if (dmi.product_name == "Google Compute Engine") return Cloud{"gcp", ask_gcp(session)};
  return std::nullopt;
}

}  // namespace patchstate
