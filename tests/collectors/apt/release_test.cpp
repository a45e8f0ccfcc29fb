// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/apt/apt_release.h"

using namespace patchstate;
using namespace patchstate::apt;

namespace {

constexpr std::string_view kHeader =
    "Origin: Debian\n"
    "Label: Debian-Security\n"
    "Suite: oldstable-security\n"
    "Codename: bookworm-security\n"
    "Date: Sat, 21 Nov 2026 00:53:02 UTC\n"
    "Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC\n"
    "Architectures: amd64 arm64\n"
    "Components: updates/main updates/contrib\n"
    "SHA256:\n"
    " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 contrib/binary-amd64/Packages\n"
    " f61f27bd17de546264aa58f40f3aafaac7021e0ef69c17f6b1b4cd7664a037ec     1520 main/binary-amd64/Packages.xz\n"
    " f61f27bd17de546264aa58f40f3aafaac7021e0ef69c17f6b1b4cd7664a037ec     9999 main/binary-amd64/Packages\n";

std::string clear_signed(std::string_view body) {
  return "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + std::string(body) +
         "-----BEGIN PGP SIGNATURE-----\n\nwsFzBAEB\n-----END PGP SIGNATURE-----\n";
}

}  // namespace

TEST_CASE("a Release file says what it is, how old it is and which indexes hold something") {
  for (const auto& text : {std::string(kHeader), clear_signed(kHeader)}) {
    const auto release = parse_release(text);
    REQUIRE(release);
    CHECK(release->origin == "Debian");
    CHECK(release->label == "Debian-Security");
    CHECK(release->suite == "oldstable-security");
    CHECK(release->codename == "bookworm-security");
    CHECK(release->architectures == std::vector<std::string>{"amd64", "arm64"});
    CHECK(format_time(*release->date) == "2026-11-21T00:53:02Z");
    CHECK(format_time(*release->valid_until) == "2026-11-28T00:53:02Z");
    CHECK(release->packages_indexes.at("main/binary-amd64") == 9999);
    CHECK(release->packages_indexes.at("contrib/binary-amd64") == 0);
  }
}

TEST_CASE("a clear-signed Release file that ends before its signature is not believed, wherever it was cut") {
  const std::string whole = clear_signed(kHeader);
  const auto signature = whole.find("-----BEGIN PGP SIGNATURE");
  for (std::size_t length = 0; length <= signature; ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_release(std::string_view(whole).substr(0, length)));
  }
}

TEST_CASE("what is no Release file is refused") {
  for (const std::string_view text : {"", "\n\n", "Origin: Debian\nSuite: stable\n", "<html>404</html>\n",
                                      "Date: yesterday\n", "Date: Sat, 21 Nov 2026 00:53:02 UTC\ngarbage\n",
                                      "Date: Sat, 21 Nov 2026 00:53:02 UTC\nValid-Until: never\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_release(text));
  }
  CHECK_FALSE(
      parse_release(std::string("\0\x7f"
                                "ELF\x02\0\0",
                                8)));
}

TEST_CASE("dates are read as apt reads them, in UTC") {
  struct Row {
    const char* text;
    const char* expected;  // nullptr: not a date
  };
  for (const Row& row :
       {Row{"Sat, 21 Nov 2026 00:53:02 UTC", "2026-11-21T00:53:02Z"},
        Row{"Sun,  1 Feb 2026  9:05:00 +0000", "2026-02-01T09:05:00Z"},
        Row{"1 Feb 2026 09:05:00 GMT", "2026-02-01T09:05:00Z"}, Row{"Mon, 30 Feb 2026 09:05:00 UTC", nullptr},
        Row{"Sat, 21 Nov 2026 24:00:00 UTC", nullptr}, Row{"Sat, 21 Nov 2026 00:53:02 CET", nullptr},
        Row{"Sat, 21 Nov 2026", nullptr}, Row{"Sat, 21 Foo 2026 00:53:02 UTC", nullptr}, Row{"", nullptr},
        Row{"Sat, 21 Nov 99999999999 00:53:02 UTC", nullptr}}) {
    CAPTURE(row.text);
    const auto date = parse_release_date(row.text);
    CHECK(date.has_value() == (row.expected != nullptr));
    if (date && row.expected != nullptr) CHECK(format_time(*date) == row.expected);
  }
}
