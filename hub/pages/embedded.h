// SPDX-License-Identifier: Apache-2.0
// The templates and assets that the program carries: the bytes of the files beside this one.
#pragma once

#include <string_view>

namespace patchstate {

/// Of templates/NAME.mustache. Throws std::logic_error where there is none.
std::string_view template_text(std::string_view name);

struct Asset {
  std::string_view name;  ///< "style.css"
  std::string_view hash;  ///< of its bytes: its URL is another one when it changes, so browsers may keep it for ever
  std::string_view text;
};
/// nullptr: there is none.
const Asset* find_asset(std::string_view name);

}  // namespace patchstate
