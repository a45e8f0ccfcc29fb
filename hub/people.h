// SPDX-License-Identifier: Apache-2.0
// Who may look at the pages. Each change is in the audit log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/audit.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

struct Person {
  std::int64_t id = 0;
  std::string name;
  Role role = Role::viewer;
  std::string password;  ///< hash
  Time created{};
  Time disabled{};  ///< epoch: may sign in
};

std::string_view to_text(Role role);
std::optional<Role> role_from_text(std::string_view text);

/// As names are kept: ASCII letters in lower case, so that "Ada" and "ada" are one person.
std::string folded_name(std::string_view name);
/// Why nobody can have that (folded) name; empty: somebody can.
std::string objection_to_name(const std::string& name);

/// By their folded names.
std::vector<Person> people(Store& store);
std::optional<Person> find_person(Store& store, const std::string& name);

/// What follows returns why it was not done, in words; empty: it was.
std::string add_person(Store& store, const Person& person, const Actor& by, Time now);
/// Ends every session of that person, and the lock that wrong guesses put on them.
std::string set_password(Store& store, const std::string& name, const std::string& hash, const Actor& by, Time now);
/// The last administrator who may sign in remains one.
std::string set_role(Store& store, const std::string& name, Role role, const Actor& by, Time now);
/// A person who is disabled has no session, and gets none. The last administrator is not disabled.
std::string set_disabled(Store& store, const std::string& name, bool disabled, const Actor& by, Time now);

// --- sessions: 256 random bits in a cookie, of which the store has a hash ---

/// Its secret.
std::string begin_session(Store& store, std::int64_t person, Time now);
/// nullopt: it is none, it ended, or the person was disabled.
std::optional<Person> person_of_session(Store& store, const std::string& secret, Time now);
void end_session(Store& store, const std::string& secret);
void end_sessions_of(Store& store, std::int64_t person);
/// Deletes those that ended by themselves.
void forget_ended_sessions(Store& store, Time now);

}  // namespace patchstate
