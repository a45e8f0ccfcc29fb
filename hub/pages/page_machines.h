// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// Machines that a filter leaves, a hundred at a time; with format=csv all of them as a file. The filter's words are
/// those of /v1/hosts.
HttpResponse machines_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now);

}  // namespace patchstate
