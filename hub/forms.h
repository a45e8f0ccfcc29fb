// SPDX-License-Identifier: Apache-2.0
// What a page's form sends.
#pragma once

#include <string>

#include "hub/http_server.h"

namespace patchstate {

/// Reads the body (application/x-www-form-urlencoded, up to 64 KiB) into `request.form`. The status to refuse it with;
/// 0: it was read.
int read_form(HttpRequest& request);
/// A field; empty where there is none.
const std::string& field(const HttpRequest& request, const std::string& name);

}  // namespace patchstate
