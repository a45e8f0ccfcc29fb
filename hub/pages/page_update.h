// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// Updates that are missing somewhere, with the filters of /v1/updates; with format=csv all of them as a file.
HttpResponse updates_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now);
/// What one update is, and which machines lack it. `id` as in /v1/updates.
HttpResponse update_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                         Time now);
/// Which updates fix a CVE, and which machines lack one of them.
HttpResponse cve_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                      Time now);
/// What would make us completed, and what that reaches.
HttpResponse plan_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now);

}  // namespace patchstate
