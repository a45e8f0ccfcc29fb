// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// Is "Apply system updates" completed, and if not: where, what, since when?
HttpResponse overview_page(Store& store, const Visitor& visitor, Time now);

}  // namespace patchstate
