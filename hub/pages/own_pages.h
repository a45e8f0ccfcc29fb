// SPDX-License-Identifier: Apache-2.0
// Pages about the hub itself: people, one's own account, the audit log, enrolment; and the forms that change machines'
// tags and saved filters.
#pragma once

#include <optional>

#include "hub/client.h"
#include "hub/http_server.h"
#include "hub/passwords.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// What such a page is asked with. `request.form` is read, and the visitor may do what they ask for.
struct Asked {
  const HttpRequest& request;
  const Client& client;
  const Visitor& visitor;
  Time now;
  const std::vector<std::string>& destinations;  ///< of notices, as they are shown
};

/// nullopt: it is none of these.
std::optional<HttpResponse> answer_own_page(Store& store, Passwords& passwords, const Asked& asked);

HttpResponse people_page(Store& store, Passwords& passwords, const Asked& asked);
HttpResponse account_page(Store& store, Passwords& passwords, const Asked& asked);
HttpResponse audit_page(Store& store, const Asked& asked);
HttpResponse enrol_page(Store& store, const Asked& asked);
/// Where notices go, and what became of the last ones. POST /notifications/test sends one.
HttpResponse notifications_page(Store& store, const Asked& asked);
HttpResponse groups_page(Store& store, const Asked& asked);
/// POST /machines/ID/tags, /machines/ID/remove. nullopt: another path.
std::optional<HttpResponse> change_machine(Store& store, const Asked& asked);
/// POST /filters, /filters/N/delete.
HttpResponse change_filters(Store& store, const Asked& asked);

/// After a form was done: the browser asks for that page, and a reload sends nothing twice.
HttpResponse see(const std::string& path);
/// The parts of a path below `section`: "/people/ada/role" below "/people" is ada, role.
std::vector<std::string> parts_below(const std::string& path, std::string_view section);

}  // namespace patchstate
