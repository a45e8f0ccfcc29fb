// SPDX-License-Identifier: Apache-2.0
// What an operator does at a terminal about the people who look at the pages. Each returns the program's exit code.
#pragma once

#include <string>

#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

/// Where the password comes from: a file, or the terminal if it is one, or it is made up and printed once.
int create_person(const StoreAddress& store, const std::string& name, Role role, const std::string& password_file);
int change_password(const StoreAddress& store, const std::string& name, const std::string& password_file);
int list_people(const StoreAddress& store);

}  // namespace patchstate
