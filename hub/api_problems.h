// SPDX-License-Identifier: Apache-2.0
// Answers that are no answer, as RFC 9457 has them.
#pragma once

#include <string_view>

#include "hub/http_server.h"
#include "hub/report.h"

namespace patchstate {

HttpResponse problem(const Problem& what);
/// 401, with what to send instead.
HttpResponse unauthorized(std::string_view what);
/// Why no report is taken: 401, of a host key; 403, of a host whose record is gone.
HttpResponse unknown_key();
HttpResponse not_enrolled();
/// 405; `allowed` as in the header Allow: "GET, HEAD".
HttpResponse wrong_method(const char* allowed);

}  // namespace patchstate
