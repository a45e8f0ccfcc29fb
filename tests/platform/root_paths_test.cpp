// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <system_error>

#include <doctest/doctest.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

TEST_CASE("a path of the assessed system stands below its root") {
  CHECK(below("/", "/etc/os-release") == "/etc/os-release");
  CHECK(below("/srv/image", "/etc/os-release") == "/srv/image/etc/os-release");
  CHECK(below("/srv/image", "etc") == "/srv/image/etc");
}

TEST_CASE("links are followed as the system below the root would") {
  const test::TemporaryFolder root;
  root.write("usr/lib/os-release", "x");
  root.write("usr/lib/modules/6.1/vmlinuz", "x");
  root.link("lib", "usr/lib");
  root.link("etc/os-release", "../usr/lib/os-release");
  root.link("etc/absolute", "/usr/lib/os-release");
  root.link("etc/chain", "absolute");
  root.link("etc/escape", "../../../../../../../etc/passwd");
  root.link("etc/dangling", "/no/such");
  root.link("up", "usr/lib/..");
  struct {
    const char* path;
    const char* resolved;
  } const cases[] = {{"/etc/os-release", "usr/lib/os-release"},
                     {"/etc/absolute", "usr/lib/os-release"},
                     {"/etc/chain", "usr/lib/os-release"},
                     {"/lib/modules/6.1", "usr/lib/modules/6.1"},
                     {"/etc/escape", "etc/passwd"},
                     {"/../../etc/hostname", "etc/hostname"},
                     {"/etc/dangling", "no/such"},
                     {"/up/share", "usr/share"},
                     {"/etc//./none/../os-release", "usr/lib/os-release"},
                     {"/", ""}};
  for (const auto& [path, resolved] : cases) {
    const auto& shown = path;
    CAPTURE(shown);
    CHECK(resolve_in_root(root.path(), path) == (*resolved == '\0' ? root.path() : root / resolved));
  }
}

TEST_CASE("links in a circle, and ever longer paths, are an error instead of a hang") {
  const test::TemporaryFolder root;
  root.link("one", "two");
  root.link("two", "one");
  root.link("longer", "longer/and/longer");
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "a/";
  root.link("deep", deep + "a");
  const auto error_of = [&](const std::string& path) {
    try {
      resolve_in_root(root.path(), path);
      return 0;
    } catch (const std::system_error& error) {
      return error.code().value();
    }
  };
  CHECK(error_of("/one") == ELOOP);
  CHECK_FALSE(is_in_root(root.path(), "/one"));
  CHECK_FALSE(is_in_root(root.path(), "/etc/passwd"));
  CHECK(is_in_root(root.path(), "/"));
  CHECK(error_of("/longer") == ELOOP);
  CHECK(error_of("/deep/" + deep) == ENAMETOOLONG);
}
