// SPDX-License-Identifier: Apache-2.0
#include "hub/api_problems.h"

#include "assessment/json_writer.h"

namespace patchstate {

HttpResponse problem(const Problem& what) {
  JsonWriter out(JsonStyle::compact);
  out.begin_object();
  out.key("title");
  out.text(what.title);
  out.key("status");
  out.number(what.status);
  if (!what.detail.empty()) {
    out.key("detail");
    out.text(what.detail);
  }
  if (!what.pointer.empty()) {
    out.key("pointer");
    out.text(what.pointer);
  }
  out.end_object();
  return {what.status, "application/problem+json", std::move(out).take(), {}};
}

HttpResponse unauthorized(std::string_view what) {
  HttpResponse response = problem({401, "who are you?", std::string(what), {}});
  response.header.emplace_back("WWW-Authenticate", "Bearer realm=\"patchstate\"");
  return response;
}

HttpResponse unknown_key() {
  return unauthorized("this host key is not known here, or it was revoked: enrol the host");
}

HttpResponse not_enrolled() {
  return problem({403, "this host is not enrolled", "its record was removed: enrol it again", {}});
}

HttpResponse wrong_method(const char* allowed) {
  HttpResponse response = problem({405, "not a method of this path", {}, {}});
  response.header.emplace_back("Allow", allowed);
  return response;
}

}  // namespace patchstate
