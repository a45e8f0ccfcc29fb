// SPDX-License-Identifier: Apache-2.0
#include "platform/journal.h"

#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE("only what the service manager started speaks to the event log") {
  CHECK_FALSE(belongs_in_journal());
}

/// That it is there to read, Wine can't show.
TEST_CASE("the event log takes an entry of any event and priority, also a long one") {
  for (const char* const event : {"ready", "reload", "run", "delivery", "problem", "stop", "later"})
    for (const char* const priority : {"3", "4", "6"})
      CHECK(send_to_journal({{"MESSAGE", "100 % of Ünïcode"}, {"PRIORITY", priority}, {"PATCHSTATE_EVENT", event}}));
  CHECK(send_to_journal({{"MESSAGE", std::string(100'000, 'x')}, {"PATCHSTATE_RESULT", std::string(100'000, 'y')}}));
}
