// SPDX-License-Identifier: Apache-2.0
#include "platform/paths.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/support/in_child.h"

using namespace patchstate;
using patchstate::test::holds_in_child;

namespace {

/// As a user without privileges, with only these variables set.
template <class Body>
bool holds_for_user(const std::vector<std::pair<const char*, const char*>>& variables, Body body) {
  return holds_in_child([&] {
    ::clearenv();
    for (const auto& [name, value] : variables) ::setenv(name, value, 1);
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return false;
    return body();
  });
}

}  // namespace

TEST_CASE("the service's folders are systemd's, the first of several") {
  CHECK(holds_for_user({{"STATE_DIRECTORY", "/var/lib/one:/var/lib/two"}, {"CACHE_DIRECTORY", "/var/cache/one"}},
                       [] { return state_folder() == "/var/lib/one" && cache_folder() == "/var/cache/one"; }));
}

TEST_CASE("a user's folders are at home") {
  CHECK(holds_for_user({{"HOME", "/home/eve"}}, [] {
    return state_folder() == "/home/eve/.local/state/patchstate" && cache_folder() == "/home/eve/.cache/patchstate";
  }));
  CHECK(holds_for_user({{"HOME", "/home/eve"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CACHE_HOME", "/c"}},
                       [] { return state_folder() == "/s/patchstate" && cache_folder() == "/c/patchstate"; }));
}

TEST_CASE("a relative folder is no folder, and a user without a home has none") {
  CHECK(holds_for_user({{"STATE_DIRECTORY", "x"}, {"XDG_STATE_HOME", "../x"}, {"HOME", ""}},
                       [] { return state_folder().empty() && cache_folder().empty(); }));
}

TEST_CASE("root's folders are the system's") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  CHECK(holds_in_child([] {
    ::clearenv();
    ::setenv("HOME", "/root", 1);
    return state_folder() == "/var/lib/patchstate" && cache_folder() == "/var/cache/patchstate";
  }));
}

TEST_CASE("a probe that is not installed has no path") {
  CHECK(probe_program("patchstate-no-such-probe").empty());
  CHECK(probe_program(own_program().filename().string()) == own_program());
}
