// SPDX-License-Identifier: Apache-2.0
#include "hub/admin_commands.h"

#include <cstdio>
#include <stdexcept>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/audit.h"
#include "hub/clock.h"
#include "hub/commands.h"
#include "hub/passwords.h"
#include "hub/people.h"
#include "platform/secret_file.h"
#include "platform/terminal.h"

namespace patchstate {
namespace {

struct NewPassword {
  std::string text;
  bool made_up = false;
};

NewPassword password_from(const std::string& file) {
  if (!file.empty()) {
    auto result = read_secret(file);
    if (!result.problem.empty()) throw std::runtime_error(result.problem);
    return {std::move(result.secret), false};
  }
  auto typed = ask_secret("Password (empty: one is made up): ");
  if (!typed || typed->empty()) return {made_up_password(), true};
  if (ask_secret("The same again: ") != typed) throw std::runtime_error("that was not the same twice");
  return {std::move(*typed), false};
}

/// `store_it` takes the hash, and returns an objection or nothing.
template <class StoreIt>
int with_password(const std::string& name, const std::string& file, StoreIt&& store_it) {
  const NewPassword password = password_from(file);
  if (const auto objection = objection_to_password(password.text, name); !objection.empty()) return complain(objection);
  const auto hash = Passwords(1).hash(password.text);
  if (const std::string objection = store_it(hash.value()); !objection.empty()) return complain(objection);
  if (!password.made_up) return 0;
  fmt::print(stderr, "the password of {}; it is shown once, now\n", name);
  fmt::print("{}\n", password.text);
  return 0;
}

}  // namespace

int create_person(const StoreAddress& address, const std::string& typed_name, Role role, const std::string& file) {
  const std::string name = folded_name(typed_name);
  if (const auto objection = objection_to_name(name); !objection.empty()) return complain(objection);
  Store store = opened(address);
  if (find_person(store, name))
    return complain(
        fmt::format("there is a person {0} already; `patchstate-hub admin password {0}` sets a new password", name));
  return with_password(name, file, [&](const std::string& hash) {
    Person person;
    person.name = name;
    person.role = role;
    person.password = hash;
    return add_person(store, person, {std::string(kOperator), {}}, current_time());
  });
}

int change_password(const StoreAddress& address, const std::string& typed_name, const std::string& file) {
  const std::string name = folded_name(typed_name);
  Store store = opened(address);
  if (!find_person(store, name)) return complain(fmt::format("there is no person {}", name));
  return with_password(name, file, [&](const std::string& hash) {
    return set_password(store, name, hash, {std::string(kOperator), {}}, current_time());
  });
}

int list_people(const StoreAddress& address) {
  Store store = opened(address);
  for (const auto& person : people(store))
    fmt::print("{:<30} {:<14} {} {}\n", person.name, to_text(person.role), format_time(person.created),
               person.disabled == Time{} ? "" : "disabled " + format_time(person.disabled));
  return 0;
}

}  // namespace patchstate
