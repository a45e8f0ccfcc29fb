// SPDX-License-Identifier: Apache-2.0
// Wrong passwords are counted, by name and by address, and after a few each next one has to wait longer: 10 s, 40 s, 90
// s … 15 minutes. Nobody is locked out for good, and whoever has signed in from an address before is not kept from it
// by what others try under that name from elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "hub/store.h"

namespace patchstate {

/// Counts one more, before it is known to be wrong: so many at once are not more than one after the other. How long to
/// wait until the next is taken; 0: go ahead.
std::chrono::seconds take_guess(Store& store, const std::string& name, const std::string& peer, Time now);
/// It was right.
void guessed_right(Store& store, const std::string& name, const std::string& peer, Time now);
/// Ends the lock on that name.
void forget_guesses(Store& store, const std::string& name);
void forget_old_guesses(Store& store, Time now);

}  // namespace patchstate
