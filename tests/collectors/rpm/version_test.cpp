// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "collectors/rpm/rpm_version.h"

using namespace patchstate::rpm;

namespace {

struct Pair {
  std::string_view one, other;
  int order;
};

/// What rpm's own tests say of rpmvercmp (tests/rpmvercmp.at), its documented oddities too.
constexpr Pair kPublished[] = {
    {"1.0", "1.0", 0},
    {"1.0", "2.0", -1},
    {"2.0.1", "2.0.1", 0},
    {"2.0", "2.0.1", -1},
    {"2.0.1a", "2.0.1a", 0},
    {"2.0.1a", "2.0.1", 1},
    {"5.5p1", "5.5p1", 0},
    {"5.5p1", "5.5p2", -1},
    {"5.5p10", "5.5p10", 0},
    {"5.5p1", "5.5p10", -1},
    {"10xyz", "10.1xyz", -1},
    {"xyz10", "xyz10", 0},
    {"xyz10", "xyz10.1", -1},
    {"xyz.4", "xyz.4", 0},
    {"xyz.4", "8", -1},
    {"xyz.4", "2", -1},
    {"5.5p2", "5.6p1", -1},
    {"5.6p1", "6.5p1", -1},
    {"6.0.rc1", "6.0", 1},
    {"10b2", "10a1", 1},
    {"10a2", "10b2", -1},
    {"1.0aa", "1.0aa", 0},
    {"1.0a", "1.0aa", -1},
    {"10.0001", "10.0001", 0},
    {"10.0001", "10.1", 0},
    {"10.0001", "10.0039", -1},
    {"4.999.9", "5.0", -1},
    {"20101121", "20101121", 0},
    {"20101121", "20101122", -1},
    {"2_0", "2_0", 0},
    {"2.0", "2_0", 0},
    {"a", "a", 0},
    {"a+", "a+", 0},
    {"a+", "a_", 0},
    {"+a", "+a", 0},
    {"+a", "_a", 0},
    {"+_", "+_", 0},
    {"_+", "+_", 0},
    {"_+", "_+", 0},
    {"+", "_", 0},
    {"1.0~rc1", "1.0~rc1", 0},
    {"1.0~rc1", "1.0", -1},
    {"1.0~rc1", "1.0~rc2", -1},
    {"1.0~rc1~git123", "1.0~rc1~git123", 0},
    {"1.0~rc1~git123", "1.0~rc1", -1},
    {"1.0^", "1.0^", 0},
    {"1.0^", "1.0", 1},
    {"1.0^git1", "1.0^git1", 0},
    {"1.0^git1", "1.0", 1},
    {"1.0^git1", "1.0^git2", -1},
    {"1.0^git1", "1.01", -1},
    {"1.0^20160101", "1.0^20160101", 0},
    {"1.0^20160101", "1.0.1", -1},
    {"1.0^20160101^git1", "1.0^20160101^git1", 0},
    {"1.0^20160102", "1.0^20160101^git1", 1},
    {"1.0~rc1^git1", "1.0~rc1^git1", 0},
    {"1.0~rc1^git1", "1.0~rc1", 1},
    {"1.0^git1~pre", "1.0^git1~pre", 0},
    {"1.0^git1", "1.0^git1~pre", 1},
    {"1b.fc17", "1b.fc17", 0},
    {"1b.fc17", "1.fc17", -1},
    {"1g.fc17", "1g.fc17", 0},
    {"1g.fc17", "1.fc17", 1},
    {"1.1.\xce\xb1", "1.1.\xce\xb1", 0},
    {"1.1.\xce\xb1", "1.1.\xce\xb2", 0},
    {"1.1.\xce\xb1\xce\xb1", "1.1.\xce\xb2", 0},
};

}  // namespace

TEST_CASE("versions are ordered as rpm's published vectors say, in either direction") {
  for (const Pair& pair : kPublished) {
    CAPTURE(pair.one);
    CAPTURE(pair.other);
    CHECK(compare_versions(pair.one, pair.other) == pair.order);
    CHECK(compare_versions(pair.other, pair.one) == -pair.order);
  }
}

TEST_CASE("edge-54: of two packages the epoch decides first, then the version, then the release") {
  constexpr Pair kPairs[] = {
      {"1:2.0-1", "3.0-1", 1},
      {"2.0~rc1-1", "2.0-1", -1},
      {"2.0^git1-1", "2.0-1", 1},
      {"1.0-1", "1.0.1-1", -1},
      {"1.0a-1", "1.01-1", -1},
      {"0:1.0-1", "1.0-1", 0},
      {"00:1.0-1", "1.0-1", 0},
      {"10:1.0-1", "9:1.0-1", 1},
      {"4294967295:1-1", "18446744073709551616:1-1", -1},  // more than any number type holds
      {"1.0-2.el9", "1.0-10.el9", -1},
      {"1.0-1", "1.0", 1},
      {"1.0-~1", "1.0", 1},
  };
  for (const Pair& pair : kPairs) {
    CAPTURE(pair.one);
    CAPTURE(pair.other);
    CHECK(compare(parse_evr(pair.one), parse_evr(pair.other)) == pair.order);
    CHECK(compare(parse_evr(pair.other), parse_evr(pair.one)) == -pair.order);
  }
}

TEST_CASE("edge-41: epochs are kept whole, and not written where they say nothing") {
  struct Row {
    std::string_view text;
    Evr evr;
    std::string_view written;
  };
  const Row rows[] = {
      {"2:1.26-34.el7", {"2", "1.26", "34.el7"}, "2:1.26-34.el7"},
      {"14:4.9.2-3.el7", {"14", "4.9.2", "3.el7"}, "14:4.9.2-3.el7"},
      {"1.0", {"", "1.0", ""}, "1.0"},
      {"0:1.0-1", {"0", "1.0", "1"}, "1.0-1"},
      {"(none):1.0-1", {"", "1.0", "1"}, "1.0-1"},
      {":1.0-1", {"", "1.0", "1"}, "1.0-1"},
      {"20250207.00-g1.el8", {"", "20250207.00", "g1.el8"}, "20250207.00-g1.el8"},
      {"a:b-1", {"", "a:b", "1"}, "a:b-1"},
      {"", {"", "", ""}, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_evr(row.text) == row.evr);
    CHECK(to_text(row.evr) == row.written);
  }
}

TEST_CASE("edge-38: a package's full name is taken apart from its end") {
  struct Row {
    std::string_view text;
    Nevra expected;  // no name: refused
  };
  const Row rows[] = {
      {"bash-5.1-2.fc35.x86_64", {"bash", {"", "5.1", "2.fc35"}, "x86_64"}},
      {"name-2:1.0-1.x86_64", {"name", {"2", "1.0", "1"}, "x86_64"}},
      {"32:bind-libs-9.8.2-0.68.el6.i686", {"bind-libs", {"32", "9.8.2", "0.68.el6"}, "i686"}},
      {"bash-5.1-2.fc35.x86_64.rpm", {"bash", {"", "5.1", "2.fc35"}, "x86_64"}},
      {"cross-i686-gcc-12.1-1.fc36.x86_64", {"cross-i686-gcc", {"", "12.1", "1.fc36"}, "x86_64"}},
      {"kernel-uek-5.4.17-2102.200.13.el7uek.x86_64", {"kernel-uek", {"", "5.4.17", "2102.200.13.el7uek"}, "x86_64"}},
      {"java-1.8.0-openjdk-1:1.8.0.402.b06-2.el9.s390x",
       {"java-1.8.0-openjdk", {"1", "1.8.0.402.b06", "2.el9"}, "s390x"}},
      {"bash-5.1.x86_64", {}},
      {"bash", {}},
      {"", {}},
      {"-5.1-2.x86_64", {}},
      {"bash-5.1-2.", {}},
      {"bash-5.1-.x86_64", {}},
      {"bash--2.x86_64", {}},
      {"x:bash-5.1-2.x86_64", {}},
      {".rpm", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto package = parse_nevra(row.text);
    CHECK(package.has_value() == !row.expected.name.empty());
    if (package) CHECK(*package == row.expected);
  }
}
