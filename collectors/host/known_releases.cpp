// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/known_releases.h"

#include <algorithm>
#include <array>

#include "collectors/host/os_release.h"

namespace patchstate {
namespace {

using namespace std::chrono_literals;
using Day = std::chrono::year_month_day;

// distro-info-data 0.58+deb12u6
constexpr std::string_view kDebian =
    "version,series,eol,eol-lts\n"
    "6.0,squeeze,2014-05-31,2016-02-29\n"
    "7,wheezy,2016-04-25,2018-05-31\n"
    "8,jessie,2018-06-17,2020-06-30\n"
    "9,stretch,2020-07-18,2022-06-30\n"
    "10,buster,2022-09-10,2024-06-30\n"
    "11,bullseye,2024-08-14,2026-08-31\n"
    "12,bookworm,2026-07-11,2028-06-30\n"
    "13,trixie,2028-08-09,2030-06-30\n";
constexpr std::string_view kUbuntu =
    "version,series,eol,eol-esm\n"
    "12.04 LTS,precise,2017-04-28,2019-04-26\n"
    "12.10,quantal,2014-05-16\n"
    "13.04,raring,2014-01-27\n"
    "13.10,saucy,2014-07-17\n"
    "14.04 LTS,trusty,2019-04-25,2024-04-25\n"
    "14.10,utopic,2015-07-23\n"
    "15.04,vivid,2016-02-04\n"
    "15.10,wily,2016-07-28\n"
    "16.04 LTS,xenial,2021-04-30,2026-04-23\n"
    "16.10,yakkety,2017-07-20\n"
    "17.04,zesty,2018-01-13\n"
    "17.10,artful,2018-07-19\n"
    "18.04 LTS,bionic,2023-05-31,2028-04-26\n"
    "18.10,cosmic,2019-07-18\n"
    "19.04,disco,2020-01-23\n"
    "19.10,eoan,2020-07-17\n"
    "20.04 LTS,focal,2025-05-29,2030-04-23\n"
    "20.10,groovy,2021-07-22\n"
    "21.04,hirsute,2022-01-20\n"
    "21.10,impish,2022-07-14\n"
    "22.04 LTS,jammy,2027-06-01,2032-04-21\n"
    "22.10,kinetic,2023-07-20\n"
    "23.04,lunar,2024-01-25\n"
    "23.10,mantic,2024-07-11\n"
    "24.04 LTS,noble,2029-05-31,2034-04-25\n"
    "24.10,oracular,2025-07-10\n"
    "25.04,plucky,2026-01-15\n"
    "25.10,questing,2026-07-09\n"
    "26.04 LTS,resolute,2031-05-29,2036-04-23\n";

struct Release {
  std::string_view id;
  std::string_view version;  ///< and its minor releases
  std::string_view name;     ///< two systems share ID and VERSION_ID: a word of NAME; empty: any
  Day last_day;
  bool sold_longer = false;
};

// endoflife.date, and blog.centos.org of April 2023. Oracle names months only. Of Oracle Linux 6 it is the end of what
// was sold; what is sold of 7 comes over ULN, and no .repo file tells of it unless a mirror of it is called so.
constexpr auto kEnded = std::to_array<Release>({
    {"centos", "6", "", 2020y / 11 / 30},
    {"centos", "7", "", 2024y / 6 / 30},
    {"centos", "8", "Stream", 2024y / 5 / 31},
    {"centos", "8", "Linux", 2021y / 12 / 31},
    {"rhel", "6", "", 2020y / 11 / 30, true},
    {"rhel", "7", "", 2024y / 6 / 30, true},
    {"ol", "6", "", 2024y / 12 / 31},
    {"ol", "7", "", 2024y / 12 / 31, true},
    // Amazon Linux 1 is numbered by months.
    {"amzn", "2012", "", 2023y / 12 / 31},
    {"amzn", "2013", "", 2023y / 12 / 31},
    {"amzn", "2014", "", 2023y / 12 / 31},
    {"amzn", "2015", "", 2023y / 12 / 31},
    {"amzn", "2016", "", 2023y / 12 / 31},
    {"amzn", "2017", "", 2023y / 12 / 31},
    {"amzn", "2018", "", 2023y / 12 / 31},
    {"opensuse-leap", "15.0", "", 2019y / 12 / 3},
    {"opensuse-leap", "15.1", "", 2021y / 2 / 2},
    {"opensuse-leap", "15.2", "", 2022y / 1 / 4},
    {"opensuse-leap", "15.3", "", 2022y / 12 / 31},
    {"opensuse-leap", "15.4", "", 2023y / 12 / 7},
    {"opensuse-leap", "15.5", "", 2024y / 12 / 31},
});

}  // namespace

std::string_view known_distro_info(std::string_view table) {
  if (table == "debian.csv") return kDebian;
  return table == "ubuntu.csv" ? kUbuntu : std::string_view();
}

std::optional<EndedRelease> ended_release(const std::map<std::string, std::string>& os_release) {
  const std::string id = value_of(os_release, "ID");
  const std::string version = value_of(os_release, "VERSION_ID");
  const std::string name = value_of(os_release, "NAME") + " " + value_of(os_release, "PRETTY_NAME");
  const auto found = std::find_if(kEnded.begin(), kEnded.end(), [&](const Release& one) {
    const bool minor = version.starts_with(one.version) && version.substr(one.version.size()).starts_with('.');
    return id == one.id && (version == one.version || minor) && name.find(one.name) != std::string::npos;
  });
  if (found == kEnded.end()) return std::nullopt;
  return EndedRelease{std::chrono::sys_days{found->last_day}, found->sold_longer};
}

}  // namespace patchstate
