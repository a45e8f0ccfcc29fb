// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// One machine: its verdict and what proves it, what it lacks, and what it said before. format=csv: what it lacks;
/// with table=history or table=resolved that table.
HttpResponse machine_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                          Time now);

}  // namespace patchstate
