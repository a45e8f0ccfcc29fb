// SPDX-License-Identifier: Apache-2.0
// Who looks at the pages: by a session's cookie, or by the header of a proxy that has asked already. docs/sign-in.md.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hub/client.h"
#include "hub/http_server.h"
#include "hub/passwords.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

struct SignInOptions {
  std::vector<std::string> proxies;
  std::string identity_header;  ///< in lower case; empty: nobody is believed to have asked already
  bool tls = false;             ///< the hub serves https itself
  std::size_t hashes_at_once = 1;
  std::vector<std::string> destinations;  ///< of notices, as they are shown
};

class SignIn {
 public:
  explicit SignIn(SignInOptions options) : options_(std::move(options)), passwords_(options_.hashes_at_once) {}

  /// Everything that people see: the sign-in itself, and pages for those who have. Fills `request.form`.
  HttpResponse answer(Store& store, HttpRequest& request, Time now);
  /// Who asks the API by a cookie, or a proxy's header.
  std::optional<Visitor> visitor_of(Store& store, const HttpRequest& request, Time now);

 private:
  struct Known;
  Known known(Store& store, const HttpRequest& request, const Client& client, Time now);
  Known known_by_proxy(Store& store, const std::string& name, const HttpRequest& request, const Client& client,
                       Time now);
  HttpResponse sign_in(Store& store, const HttpRequest& request, const Client& client, Time now);
  HttpResponse sign_out(Store& store, const HttpRequest& request, const Client& client, const Visitor& visitor,
                        Time now);
  HttpResponse answer_visitor(Store& store, const HttpRequest& request, const Client& client, const Visitor& visitor,
                              Time now);
  void say_ignored(const HttpRequest& request);

  SignInOptions options_;
  Passwords passwords_;
  std::atomic<std::chrono::steady_clock::rep> say_again_{0};
};

}  // namespace patchstate
