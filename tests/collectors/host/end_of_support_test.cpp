// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/end_of_support.h"

#include <string>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/host/known_releases.h"
#include "collectors/host/os_release.h"

using namespace patchstate;

namespace {

constexpr const char* kDebian =
    "version,codename,series,created,release,eol,eol-lts,eol-elts\n"
    "8,Jessie,jessie,2013-05-04,2015-04-26,2018-06-17,2020-06-30,2025-06-30\n"
    "11,Bullseye,bullseye,2019-07-06,2021-08-14,2024-08-14,2026-08-31,2031-06-30\n"
    "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30,2033-06-30\n"
    "13,Trixie,trixie,2023-06-10,2025-08-09,2028-08-09\n"
    "14,Forky,forky,2025-08-09\n"
    ",Sid,sid,1993-08-16\n";
constexpr const char* kUbuntu =
    "version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy\r\n"
    "14.04 LTS,Trusty Tahr,trusty,2013-10-17,2014-04-17,2019-04-25,2019-04-25,2024-04-25,2026-04-28\r\n"
    "22.04 LTS,Jammy Jellyfish,jammy,2021-10-14,2022-04-21,2027-06-01,2027-06-01,2032-04-21,2034-04-25\r\n"
    "24.10,Oracular Oriole,oracular,2024-04-25,2024-10-10,2025-07-10\r\n";

/// "2028-07-01: where from", or "nobody says".
std::string end(const char* os_release, const char* csv, bool esm = false, const char* arch = "") {
  const auto found = end_of_support(parse_os_release(os_release), csv, esm, arch);
  return found ? format_time(found->date).substr(0, 10) + ": " + found->source : "nobody says";
}

}  // namespace

TEST_CASE("Debian is supported through the last day of its LTS, found by name or number") {
  const std::string bookworm = "2028-07-01: distro-info-data, eol-lts of bookworm";
  CHECK(end("ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n", kDebian) == bookworm);
  CHECK(end("ID=debian\nVERSION_ID=12\n", kDebian) == bookworm);
  CHECK(end("ID=debian\nVERSION_ID=8\n", kDebian) == "2020-07-01: distro-info-data, eol-lts of jessie");
  CHECK(end("ID=debian\nVERSION_CODENAME=trixie\n", kDebian) == "2028-08-10: distro-info-data, eol of trixie");
}

TEST_CASE("Debian's LTS leaves architectures out") {
  const char* bookworm = "ID=debian\nVERSION_ID=12\n";
  CHECK(end(bookworm, kDebian, false, "s390x") == "2026-06-11: distro-info-data, eol of bookworm");
  CHECK(end(bookworm, kDebian, false, "amd64") == "2028-07-01: distro-info-data, eol-lts of bookworm");
}

TEST_CASE("Ubuntu's ESM counts only where it is enabled") {
  const char* jammy = "ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\n";
  CHECK(end(jammy, kUbuntu) == "2027-06-02: distro-info-data, eol of jammy");
  CHECK(end(jammy, kUbuntu, true) == "2032-04-22: distro-info-data, eol-esm of jammy");
  CHECK(end("ID=ubuntu\nVERSION_ID=14.04\n", kUbuntu) == "2019-04-26: distro-info-data, eol of trusty");
  CHECK(end("ID=ubuntu\nVERSION_ID=24.10\n", kUbuntu, true) == "2025-07-11: distro-info-data, eol of oracular");
}

TEST_CASE("a derivative has the support of the release it names") {
  const char* mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=jammy\n";
  CHECK(distro_info_table(parse_os_release(mint)) == "ubuntu.csv");
  CHECK(end(mint, kUbuntu) == "2027-06-02: distro-info-data, eol of jammy");
  const char* lmde = "ID=linuxmint\nID_LIKE=debian\nVERSION_ID=6\nDEBIAN_CODENAME=bookworm\n";
  CHECK(distro_info_table(parse_os_release(lmde)) == "debian.csv");
  CHECK(end(lmde, kDebian) == "2028-07-01: distro-info-data, eol-lts of bookworm");
  const char* kali = "ID=kali\nID_LIKE=debian\nVERSION_CODENAME=kali-rolling\n";
  CHECK(distro_info_table(parse_os_release(kali)).empty());
  CHECK(end(kali, kDebian) == "nobody says");
}

TEST_CASE("Raspbian has the support of Debian's release of the same name") {
  CHECK(end("ID=raspbian\nID_LIKE=debian\nVERSION_ID=11\nVERSION_CODENAME=bullseye\n", kDebian, false, "armhf") ==
        "2026-09-01: distro-info-data, eol-lts of bullseye");
}

TEST_CASE("edge-62: without distro-info-data the program knows the releases of Debian and Ubuntu itself") {
  const auto debian = known_distro_info("debian.csv");
  const auto ubuntu = known_distro_info("ubuntu.csv");
  CHECK(end("ID=debian\nVERSION_ID=9\nVERSION_CODENAME=stretch\n", debian.data()) ==
        "2022-07-01: distro-info-data, eol-lts of stretch");
  CHECK(end("ID=debian\nVERSION_ID=8\n", debian.data()) == "2020-07-01: distro-info-data, eol-lts of jessie");
  CHECK(end("ID=debian\nVERSION_CODENAME=forky\n", debian.data()) == "nobody says");
  CHECK(end("ID=ubuntu\nVERSION_ID=20.04\nVERSION_CODENAME=focal\n", ubuntu.data()) ==
        "2025-05-30: distro-info-data, eol of focal");
  CHECK(end("ID=ubuntu\nVERSION_ID=20.04\nVERSION_CODENAME=focal\n", ubuntu.data(), true) ==
        "2030-04-24: distro-info-data, eol-esm of focal");
  CHECK(end("ID=ubuntu\nVERSION_ID=14.04\n", ubuntu.data()) == "2019-04-26: distro-info-data, eol of trusty");
  CHECK(known_distro_info("").empty());
}

TEST_CASE("SUPPORT_END is the first day without support, and goes before every table") {
  CHECK(end("ID=fedora\nSUPPORT_END=2026-05-13\n", "") == "2026-05-13: os-release SUPPORT_END");
  CHECK(end("ID=debian\nVERSION_ID=12\nSUPPORT_END=2030-01-01\n", kDebian) == "2030-01-01: os-release SUPPORT_END");
}

TEST_CASE("a date that is none says nothing") {
  for (const char* date : {"", "soon", "2026-13-01", "2026-02-30", "2026-2-3", "26-02-03", "2026-02-0x", "2026/02/03",
                           "-026-02-03", "2026-02-03T00:00:00Z"}) {
    CAPTURE(date);
    CHECK(end(("ID=fedora\nSUPPORT_END=" + std::string(date) + "\n").c_str(), "") == "nobody says");
  }
}

TEST_CASE("nobody says when a rolling release ends, nor what is in no table") {
  CHECK(end("ID=debian\nVERSION_CODENAME=forky\n", kDebian) == "nobody says");
  CHECK(end("ID=debian\n", kDebian) == "nobody says");
  CHECK(end("ID=debian\nVERSION_ID=99\n", kDebian) == "nobody says");
  CHECK(end("ID=debian\nVERSION_ID=12\n", "") == "nobody says");
  CHECK(end("ID=debian\nVERSION_ID=12\n", "\n\n,,,,,\n12\n12,,\n") == "nobody says");
  CHECK(end("ID=debian\nVERSION_ID=12\n", "version,series,eol\n12,bookworm,2026-06-10") ==
        "2026-06-11: distro-info-data, eol of bookworm");
  CHECK(end("", kDebian) == "nobody says");
}
