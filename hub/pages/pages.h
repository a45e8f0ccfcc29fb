// SPDX-License-Identifier: Apache-2.0
// What people look at, path by path. Each page works without a script; docs/pages.md.
#pragma once

#include <optional>
#include <string>

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// /assets/NAME-HASH.EXT: the same for everybody, for ever. nullopt: there is none.
std::optional<HttpResponse> answer_asset(const HttpRequest& request);

/// nullopt: there is no such page. Throws std::invalid_argument for a parameter that is not understood.
std::optional<HttpResponse> answer_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now);

/// In place of a page. `visitor` may be nullptr: nobody has signed in.
HttpResponse error_page(int status, const std::string& title, const std::string& detail, const Visitor* visitor,
                        Time now);

}  // namespace patchstate
