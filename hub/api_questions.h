// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hub/http_server.h"
#include "hub/store.h"

namespace patchstate {

/// What a read token may ask for: /v1/summary, /v1/hosts, … nullopt: there is no such path. Throws
/// std::invalid_argument for a parameter that is not understood.
std::optional<HttpResponse> answer_question(Store& store, const HttpRequest& request, Time now);

}  // namespace patchstate
