// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "hub/api_parameters.h"
#include "hub/audit.h"
#include "hub/forms.h"
#include "hub/guesses.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/pages.h"
#include "hub/pages/render.h"
#include "hub/pages/words.h"
#include "hub/people.h"

namespace patchstate {
namespace {

/// What became of a form: something went wrong, or a password is to be shown, once.
struct Outcome {
  std::string wrong;
  std::string name;
  std::string password;
};

constexpr const char* kBusy = "Many people are signing in now. Send it again in a second.";

HttpResponse list_page(Store& store, const Asked& asked, const Outcome& outcome) {
  Page page{"People", "/people", "people", {}, {}, outcome.wrong.empty() ? 200 : 400};
  page.data.set("wrong", outcome.wrong.empty() ? Data(false) : Data(outcome.wrong));
  Data shown(false);
  if (!outcome.password.empty()) {
    shown = Data("of", outcome.name);
    shown.set("password", outcome.password);
  }
  page.data.set("shown", shown);
  Data rows(Data::type::list);
  for (const auto& person : people(store)) {
    Data row;
    row.set("who", person.name);
    row.set("path", "/people/" + percent_encoded(person.name));
    row.set("role", std::string(to_text(person.role)));
    row.set("other_role", person.role == Role::administrator ? "viewer" : "administrator");
    row.set("created", time_data(person.created));
    row.set("disabled", time_data(person.disabled));
    rows << row;
  }
  page.data.set("rows", rows);
  return render(page, &asked.visitor, asked.now);
}

Outcome with_made_up_password(Passwords& passwords, const std::string& name, const auto& store_it) {
  const std::string password = made_up_password();
  const auto hash = passwords.hash(password);
  if (!hash) return {kBusy, {}, {}};
  if (std::string objection = store_it(*hash); !objection.empty()) return {std::move(objection), {}, {}};
  return {{}, name, password};
}

Outcome add(Store& store, Passwords& passwords, const Asked& asked, const Actor& by) {
  const auto role = role_from_text(field(asked.request, "role"));
  const std::string name = folded_name(field(asked.request, "name"));
  if (!role) return {"a person is a viewer or an administrator", {}, {}};
  if (auto objection = objection_to_name(name); !objection.empty()) return {std::move(objection), {}, {}};
  return with_made_up_password(passwords, name, [&](const std::string& hash) {
    Person person;
    person.name = name;
    person.role = *role;
    person.password = hash;
    return add_person(store, person, by, asked.now);
  });
}

Outcome change(Store& store, Passwords& passwords, const Asked& asked, const Actor& by, const std::string& name,
               const std::string& what) {
  if (what == "disable" || what == "enable")
    return {set_disabled(store, name, what == "disable", by, asked.now), {}, {}};
  if (what == "password")
    return with_made_up_password(
        passwords, name, [&](const std::string& hash) { return set_password(store, name, hash, by, asked.now); });
  const auto role = role_from_text(field(asked.request, "role"));
  if (what != "role" || !role) return {"that is not understood", {}, {}};
  return {set_role(store, name, *role, by, asked.now), {}, {}};
}

}  // namespace

HttpResponse people_page(Store& store, Passwords& passwords, const Asked& asked) {
  const Actor by{asked.visitor.name, asked.visitor.peer};
  const auto parts = parts_below(asked.request.path, "/people");
  const bool is_post = asked.request.method == "POST";
  if (parts.size() != (is_post && !parts.empty() ? 2U : 0U))
    return error_page(404, "There is no such page", {}, &asked.visitor, asked.now);
  if (!is_post) return list_page(store, asked, {});
  const Outcome outcome =
      parts.empty() ? add(store, passwords, asked, by) : change(store, passwords, asked, by, parts[0], parts[1]);
  if (outcome.wrong.empty() && outcome.password.empty()) return see("/people");
  return list_page(store, asked, outcome);
}

HttpResponse account_page(Store& store, Passwords& passwords, const Asked& asked) {
  const std::string& name = asked.visitor.name;
  const auto show = [&](int status, const std::string& wrong) {
    Page page{"Your account", "/account", "account", {}, {}, status};
    page.data.set("wrong", wrong.empty() ? Data(false) : Data(wrong));
    page.data.set("role", std::string(to_text(asked.visitor.role)));
    return render(page, &asked.visitor, asked.now);
  };
  if (asked.request.method != "POST") return show(200, {});
  const std::string& wanted = field(asked.request, "new_password");
  if (wanted != field(asked.request, "again")) return show(400, "The new password was not the same twice.");
  if (const auto objection = objection_to_password(wanted, name); !objection.empty())
    return show(400, fmt::format("Another one, please: {}.", objection));
  // Whoever finds a session that is open must not find the password, too.
  if (const auto wait = take_guess(store, name, asked.client.address, asked.now); wait.count() > 0)
    return show(429, fmt::format("Too many attempts. Try again later: in {} seconds.", wait.count()));
  const auto person = find_person(store, name);
  const auto is_right = passwords.matches(person ? person->password : "", field(asked.request, "password"));
  if (!is_right) return show(429, kBusy);
  if (!*is_right) return show(403, "The present password is wrong.");
  const auto hash = passwords.hash(wanted);
  if (!hash) return show(429, kBusy);
  if (const auto objection = set_password(store, name, *hash, {name, asked.visitor.peer}, asked.now);
      !objection.empty())
    return show(400, objection);
  return see("/sign-in");
}

}  // namespace patchstate
