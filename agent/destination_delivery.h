// SPDX-License-Identifier: Apache-2.0
// One full report to a destination beside the hub, in its format.
#pragma once

#include <memory>

#include "agent/config.h"
#include "agent/delivery.h"
#include "agent/endpoint.h"

namespace patchstate {

/// Either how to get there or what is missing for it, for a person.
struct EndpointResult {
  std::unique_ptr<Endpoint> endpoint;
  std::string problem;
};
/// Throws std::system_error when the file with its headers can't be read.
EndpointResult endpoint_of(const Destination& destination);

/// The same report is the same message each time: what its destination does with a second one is then known.
DeliveryResult deliver(Endpoint& endpoint, const Parcel& parcel, Format format);

}  // namespace patchstate
