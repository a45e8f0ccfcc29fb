// SPDX-License-Identifier: Apache-2.0
#include "hub/people.h"

#include <algorithm>

#include <Poco/String.h>
#include <fmt/core.h>

#include "hub/guesses.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::string_view kColumns = "person, name, role, password, created, disabled";

std::vector<Person> select(Store& store, const std::string& condition, const sql::Arguments& arguments) {
  std::vector<Person> list;
  for (const auto& [id, name, role, password, created, disabled] :
       sql::select<std::int64_t, std::string, std::string, std::string, std::int64_t, std::int64_t>(
           store.session(), fmt::format("SELECT {} FROM people {}", kColumns, condition), arguments))
    list.push_back({id, name, role_from_text(role).value_or(Role::viewer), password, sql::time_of(created),
                    sql::time_of(disabled)});
  return list;
}

/// Locked until the transaction ends, so that two can't take the office from each other at once.
bool is_last_administrator(Store& store, const Person& person) {
  const auto left = sql::select<std::int64_t>(
      store.session(), fmt::format("SELECT person FROM people WHERE role = 'administrator' AND disabled = 0{}",
                                   store.is_sqlite() ? "" : " FOR UPDATE"));
  return left.size() == 1 && std::get<0>(left[0]) == person.id;
}

/// `change` returns an objection, or nothing after it has changed that person.
template <class Change>
std::string change_person(Store& store, const std::string& name, AuditEntry entry, Change&& change) {
  std::string objection;
  entry.target = name;
  do_and_note(store, entry, [&] {
    const auto person = find_person(store, name);
    objection = person ? change(*person) : fmt::format("there is no person {}", name);
    return objection.empty();
  });
  return objection;
}

AuditEntry entry_of(const Actor& by, Time now, std::string action, std::string detail = {}) {
  return {0, now, by.name, std::move(action), {}, std::move(detail), by.peer};
}

}  // namespace

std::string_view to_text(Role role) {
  return role == Role::administrator ? "administrator" : "viewer";
}

std::optional<Role> role_from_text(std::string_view text) {
  if (text == "administrator") return Role::administrator;
  if (text == "viewer") return Role::viewer;
  return std::nullopt;
}

std::string folded_name(std::string_view name) {
  std::string folded(name);
  return Poco::toLowerInPlace(folded);
}

std::string objection_to_name(const std::string& name) {
  const bool is_good = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("._-@+\\").find(c) != std::string::npos;
  });
  if (name.empty() || name.size() > kLongestName || !is_good)
    return fmt::format("a name has up to {} letters from a to z, digits, and any of . _ - @ + \\", kLongestName);
  if (name == kOperator) return fmt::format("{} is the name of what is done at the hub's terminal", kOperator);
  return {};
}

std::vector<Person> people(Store& store) {
  return sql::guarded("the people can't be read", [&] { return select(store, "ORDER BY name", {}); });
}

std::optional<Person> find_person(Store& store, const std::string& name) {
  if (!objection_to_name(name).empty()) return std::nullopt;  // no text, perhaps, and PostgreSQL takes nothing else
  return sql::guarded("the person can't be looked up", [&]() -> std::optional<Person> {
    auto found = select(store, "WHERE name = $1", {name});
    if (found.empty()) return std::nullopt;
    return std::move(found[0]);
  });
}

std::string add_person(Store& store, const Person& person, const Actor& by, Time now) {
  if (auto objection = objection_to_name(person.name); !objection.empty()) return objection;
  AuditEntry entry = entry_of(by, now, "person_created", std::string(to_text(person.role)));
  entry.target = person.name;
  const bool added = do_and_note(store, entry, [&] {
    return sql::run(store.session(),
                    "INSERT INTO people (name, role, password, created) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO "
                    "NOTHING",
                    {person.name, std::string(to_text(person.role)), person.password, sql::seconds(now)}) == 1;
  });
  return added ? std::string() : fmt::format("there is a person {} already", person.name);
}

std::string set_password(Store& store, const std::string& name, const std::string& hash, const Actor& by, Time now) {
  return change_person(store, name, entry_of(by, now, "password_changed"), [&](const Person& person) {
    sql::run(store.session(), "UPDATE people SET password = $1 WHERE person = $2", {hash, person.id});
    end_sessions_of(store, person.id);
    forget_guesses(store, name);
    return std::string();
  });
}

std::string set_role(Store& store, const std::string& name, Role role, const Actor& by, Time now) {
  return change_person(store, name, entry_of(by, now, "role_changed", std::string(to_text(role))),
                       [&](const Person& person) -> std::string {
                         if (role != Role::administrator && is_last_administrator(store, person))
                           return fmt::format("{} is the only administrator: make another one first", name);
                         sql::run(store.session(), "UPDATE people SET role = $1 WHERE person = $2",
                                  {std::string(to_text(role)), person.id});
                         return {};
                       });
}

std::string set_disabled(Store& store, const std::string& name, bool disabled, const Actor& by, Time now) {
  return change_person(store, name, entry_of(by, now, disabled ? "person_disabled" : "person_enabled"),
                       [&](const Person& person) -> std::string {
                         if (disabled && is_last_administrator(store, person))
                           return fmt::format("{} is the only administrator: make another one first", name);
                         sql::run(store.session(), "UPDATE people SET disabled = $1 WHERE person = $2",
                                  {disabled ? sql::seconds(now) : 0, person.id});
                         if (disabled) end_sessions_of(store, person.id);
                         return {};
                       });
}

}  // namespace patchstate
