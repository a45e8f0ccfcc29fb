// SPDX-License-Identifier: Apache-2.0
// A person who looks at the pages, and what they may do.
#pragma once

#include <string>

namespace patchstate {

enum class Role { viewer, administrator };

struct Visitor {
  std::string name;
  Role role = Role::viewer;
  std::string form_token;  ///< goes into each form as "form_token"; a POST without it is refused
  std::string peer;        ///< address, for the audit log
};

}  // namespace patchstate
