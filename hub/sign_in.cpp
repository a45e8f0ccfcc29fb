// SPDX-License-Identifier: Apache-2.0
#include "hub/sign_in.h"

#include <algorithm>

#include <Poco/URI.h>
#include <fmt/core.h>

#include "assessment/words.h"
#include "hub/api_parameters.h"
#include "hub/audit.h"
#include "hub/forms.h"
#include "hub/guesses.h"
#include "hub/log.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/pages.h"
#include "hub/pages/render.h"
#include "hub/people.h"
#include "hub/secrets.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSecretLength = 47;  // "pss_" and 43 letters
constexpr std::chrono::minutes kSaidEvery{1};
constexpr std::string_view kForAdministrators[] = {"/people", "/audit", "/enrol", "/notifications", "/risks/new"};
/// What a viewer may post: what is their own.
constexpr std::string_view kForEverybody[] = {"/account", "/sign-out", "/filters"};

// A browser takes a cookie of the name __Host-… only over https and from this very host: no neighbour can plant it.
const char* cookie_name(const Client& client) {
  return client.https ? "__Host-patchstate" : "patchstate";
}

std::pair<std::string, std::string> set_cookie(const Client& client, const std::string& value) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", cookie_name(client), value,
                                    client.https ? "; Secure" : "", value.empty() ? "; Max-Age=0" : "")};
}

/// The secret in the cookie; empty: none that this hub could have given.
std::string secret_of(const HttpRequest& request, const Client& client) {
  const auto found = request.cookies.find(cookie_name(client));
  if (found == request.cookies.end()) return {};
  const std::string& secret = found->second;
  return secret.size() == kSecretLength && secret.starts_with("pss_") ? secret : std::string();
}

/// Only who knows the cookie's secret knows it, and a page of another site does not.
std::string form_token_of(const std::string& secret, const std::string& name) {
  return sha256_hex("patchstate form token 1\n" + name + "\n" + secret);
}

HttpResponse to(const std::string& place) {
  return {303, {}, {}, {{"Location", place}}};
}

/// Within this site only: "/machines?q=x", and "/" for anything else. Browsers take "//x" and "/\x" for another host.
std::string safe_place(const std::string& place) {
  const bool is_plain =
      std::all_of(place.begin(), place.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return is_plain && place.starts_with('/') && !place.starts_with("//") ? place : "/";
}

std::string place_of(const HttpRequest& request) {
  std::string place;
  Poco::URI::encode(request.path, "?#", place);
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    place += fmt::format("{}{}={}", separator, percent_encoded(name), percent_encoded(value));
    separator = '&';
  }
  return place;
}

bool is_of(const std::string& path, std::string_view section) {
  return path.starts_with(section) && (path.size() == section.size() || path[section.size()] == '/');
}

bool may(const Visitor& visitor, const HttpRequest& request) {
  if (visitor.role == Role::administrator) return true;
  const auto has = [&](std::string_view section) { return is_of(request.path, section); };
  if (request.method == "POST") return std::any_of(std::begin(kForEverybody), std::end(kForEverybody), has);
  return std::none_of(std::begin(kForAdministrators), std::end(kForAdministrators), has);
}

HttpResponse sign_in_page(Store& store, int status, const std::string& next, const std::string& name,
                          const std::string& wrong, Time now) {
  Page page{"Sign in", {}, "sign_in", {}, {}, status};
  page.data.set("nobody_yet", Data(people(store).empty()));
  page.data.set("next", safe_place(next));
  page.data.set("entered", name);
  page.data.set("wrong", wrong.empty() ? Data(false) : Data(wrong));
  return render(page, nullptr, now);
}

HttpResponse refused_form(int status, Time now) {
  return error_page(status,
                    status == 415   ? "This is not a form"
                    : status == 413 ? "The form is too large"
                                    : "The form is not understood",
                    status == 415 ? "A form is sent as application/x-www-form-urlencoded." : "", nullptr, now);
}

HttpResponse not_this_method(const char* allowed, Time now) {
  HttpResponse response = error_page(405, "Not a method of a page", {}, nullptr, now);
  response.header.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

/// `refusal`: somebody came by the proxy whom nobody has let in. `new_secret`: the cookie to give with the answer.
struct SignIn::Known {
  std::optional<Visitor> visitor;
  std::optional<std::string> new_secret;
  std::string refusal;
};

HttpResponse SignIn::answer(Store& store, HttpRequest& request, Time now) {
  const bool is_post = request.method == "POST";
  if (!is_post && request.method != "GET" && request.method != "HEAD") return not_this_method("GET, HEAD, POST", now);
  const Client client = client_of(request, options_.proxies, options_.tls);
  if (is_post) {
    if (is_from_another_site(request, client))
      return error_page(403, "Another site sent this", "Nothing was changed. Forms are taken from this site only.",
                        nullptr, now);
    if (const int status = read_form(request); status != 0) return refused_form(status, now);
  }
  const Known known = this->known(store, request, client, now);
  if (!known.refusal.empty()) return error_page(403, "You are not known here", known.refusal, nullptr, now);
  if (request.path == "/sign-in" && is_post) return sign_in(store, request, client, now);
  const auto next = request.query.find("next");
  if (request.path == "/sign-in" && !known.visitor)
    return sign_in_page(store, 200, next == request.query.end() ? "/" : next->second, {}, {}, now);
  if (request.path == "/sign-in") return to(safe_place(next == request.query.end() ? "/" : next->second));
  if (!known.visitor) return to(is_post ? "/sign-in" : "/sign-in?next=" + percent_encoded(place_of(request)));
  HttpResponse response = answer_visitor(store, request, client, *known.visitor, now);
  if (known.new_secret) response.header.push_back(set_cookie(client, *known.new_secret));
  return response;
}

std::optional<Visitor> SignIn::visitor_of(Store& store, const HttpRequest& request, Time now) {
  return known(store, request, client_of(request, options_.proxies, options_.tls), now).visitor;
}

SignIn::Known SignIn::known(Store& store, const HttpRequest& request, const Client& client, Time now) {
  if (!options_.identity_header.empty()) {
    const auto& name = header_of(request, options_.identity_header);
    if (!name.empty() && client.by_proxy) return known_by_proxy(store, name, request, client, now);
    if (!name.empty()) say_ignored(request);
  }
  const std::string secret = secret_of(request, client);
  if (secret.empty()) return {};
  const auto person = person_of_session(store, secret, now);
  if (!person) return {};
  return {Visitor{person->name, person->role, form_token_of(secret, person->name), client.address}, {}, {}};
}

/// No session: the proxy says anew who it is with every request. The cookie is for the form token alone.
SignIn::Known SignIn::known_by_proxy(Store& store, const std::string& name, const HttpRequest& request,
                                     const Client& client, Time now) {
  const auto person = find_person(store, folded_name(name));
  if (!person || person->disabled != Time{})
    return {{},
            {},
            fmt::format("The proxy says that you are \"{}\". An administrator of this hub can let that name in.",
                        one_line(name.substr(0, 100)))};
  std::string secret = secret_of(request, client);
  std::optional<std::string> new_one;
  if (secret.empty()) {
    new_one = secret = new_secret(SecretKind::session);
    note(store, {0, now, person->name, "sign_in", {}, "by the proxy " + request.peer, client.address});
  }
  return {Visitor{person->name, person->role, form_token_of(secret, person->name), client.address}, new_one, {}};
}

void SignIn::say_ignored(const HttpRequest& request) {
  const auto now = Clock::now().time_since_epoch();
  auto again = say_again_.load();
  if (now.count() < again || !say_again_.compare_exchange_strong(again, (now + kSaidEvery).count())) return;
  log_line(LogLevel::warning, fmt::format("{} sent the header {}, and is no trusted proxy: the header was ignored",
                                          request.peer, options_.identity_header));
}

HttpResponse SignIn::sign_in(Store& store, const HttpRequest& request, const Client& client, Time now) {
  const std::string name = folded_name(field(request, "name"));
  const std::string& password = field(request, "password");
  const std::string& next = field(request, "next");
  const auto refuse = [&](int status, const std::string& wrong, std::chrono::seconds wait) {
    HttpResponse response = sign_in_page(store, status, next, name, wrong, now);
    if (wait.count() > 0) response.header.emplace_back("Retry-After", std::to_string(wait.count()));
    return response;
  };
  if (const auto wait = take_guess(store, name, client.address, now); wait.count() > 0)
    return refuse(429, fmt::format("Too many attempts. Try again later: in {} seconds.", wait.count()), wait);
  // A name that nobody has takes as long as one that somebody has.
  const auto person = find_person(store, name);
  const auto is_right = passwords_.matches(person ? person->password : "", password);
  if (!is_right)
    return refuse(429, "Many people are signing in. Try again later: in a second.", std::chrono::seconds{1});
  if (!*is_right || person->disabled != Time{}) {
    note(store,
         {0, now, person ? name : "", "sign_in_failed", {}, person ? "" : "a name that nobody has", client.address});
    return refuse(403, "The name or the password is wrong.", {});
  }
  guessed_right(store, name, client.address, now);
  if (const std::string before = secret_of(request, client); !before.empty()) end_session(store, before);
  std::string secret;
  do_and_note(store, {0, now, name, "sign_in", {}, {}, client.address}, [&] {
    secret = begin_session(store, person->id, now);
    return true;
  });
  HttpResponse response = to(safe_place(next));
  response.header.push_back(set_cookie(client, secret));
  return response;
}

HttpResponse SignIn::sign_out(Store& store, const HttpRequest& request, const Client& client, const Visitor& visitor,
                              Time now) {
  do_and_note(store, {0, now, visitor.name, "sign_out", {}, {}, client.address}, [&] {
    end_session(store, secret_of(request, client));
    return true;
  });
  HttpResponse response = to("/sign-in");
  response.header.push_back(set_cookie(client, {}));
  return response;
}

HttpResponse SignIn::answer_visitor(Store& store, const HttpRequest& request, const Client& client,
                                    const Visitor& visitor, Time now) {
  const bool is_post = request.method == "POST";
  if (is_post && field(request, "form_token") != visitor.form_token)
    return error_page(403, "This form is of another session",
                      "Nothing was changed. Load the page again, and fill it in once more.", &visitor, now);
  if (!may(visitor, request))
    return error_page(403, "This is for administrators",
                      fmt::format("{} is a viewer, who sees every machine and changes nothing.", visitor.name),
                      &visitor, now);
  if (request.path == "/sign-out")
    return is_post ? sign_out(store, request, client, visitor, now) : not_this_method("POST", now);
  try {
    if (auto page = answer_own_page(store, passwords_, {request, client, visitor, now, options_.destinations}))
      return std::move(*page);
    if (auto page = answer_page(store, request, visitor, now)) return std::move(*page);
  } catch (const std::invalid_argument& error) {
    return error_page(400, "The question is not understood", error.what(), &visitor, now);
  }
  return error_page(404, "There is no such page", {}, &visitor, now);
}

}  // namespace patchstate
