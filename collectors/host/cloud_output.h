// SPDX-License-Identifier: Apache-2.0
// What the metadata services of the clouds answer. Each gives the cloud's own full id, or empty: an answer that is not
// understood, or does not look like an id, names nothing.
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

/// /metadata/instance/compute
std::string azure_resource_id(std::string_view compute_json);
/// /latest/dynamic/instance-identity/document
std::string aws_resource_id(std::string_view identity_json);
/// Three texts: project/project-id, instance/zone and instance/id.
std::string gcp_resource_id(std::string_view project, std::string_view zone, std::string_view instance);
/// The session token of AWS as it may stand in a header; empty when it may not.
std::string aws_token(std::string_view answer);

}  // namespace patchstate
