// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/windows_support.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace patchstate {
namespace {

using namespace std::chrono_literals;
using Day = std::chrono::year_month_day;

/// Editions that Microsoft serves equally long.
enum class Family { home_pro, enterprise, ltsc, iot_ltsc, server, server_annual };

struct Release {
  int build;
  Family family;
  std::string_view name;
  Day last_day;  ///< of security updates, without those that are sold separately
};

constexpr std::string_view kTableDate = "2026-11-04";

// learn.microsoft.com: "Windows 10 release information", "Windows 11 release information", "Windows Server release
// information", and the lifecycle pages of each product.
constexpr auto kReleases = std::to_array<Release>({
    {10240, Family::home_pro, "Windows 10 1507 Home and Pro", 2017y / 5 / 9},
    {10240, Family::enterprise, "Windows 10 1507 Enterprise and Education", 2017y / 5 / 9},
    {10240, Family::ltsc, "Windows 10 Enterprise 2015 LTSB", 2025y / 10 / 14},
    {10586, Family::home_pro, "Windows 10 1511 Home and Pro", 2017y / 10 / 10},
    {10586, Family::enterprise, "Windows 10 1511 Enterprise and Education", 2017y / 10 / 10},
    {14393, Family::home_pro, "Windows 10 1607 Home and Pro", 2018y / 4 / 10},
    {14393, Family::enterprise, "Windows 10 1607 Enterprise and Education", 2019y / 4 / 9},
    {14393, Family::ltsc, "Windows 10 Enterprise 2016 LTSB", 2026y / 10 / 13},
    {14393, Family::iot_ltsc, "Windows 10 IoT Enterprise 2016 LTSB", 2026y / 10 / 13},
    {14393, Family::server, "Windows Server 2016", 2027y / 1 / 12},
    {15063, Family::home_pro, "Windows 10 1703 Home and Pro", 2018y / 10 / 9},
    {15063, Family::enterprise, "Windows 10 1703 Enterprise and Education", 2019y / 10 / 8},
    {16299, Family::home_pro, "Windows 10 1709 Home and Pro", 2019y / 4 / 9},
    {16299, Family::enterprise, "Windows 10 1709 Enterprise and Education", 2020y / 10 / 13},
    {16299, Family::server_annual, "Windows Server 1709", 2019y / 4 / 9},
    {17134, Family::home_pro, "Windows 10 1803 Home and Pro", 2019y / 11 / 12},
    {17134, Family::enterprise, "Windows 10 1803 Enterprise and Education", 2021y / 5 / 11},
    {17134, Family::server_annual, "Windows Server 1803", 2019y / 11 / 12},
    {17763, Family::home_pro, "Windows 10 1809 Home and Pro", 2020y / 11 / 10},
    {17763, Family::enterprise, "Windows 10 1809 Enterprise and Education", 2021y / 5 / 11},
    {17763, Family::ltsc, "Windows 10 Enterprise LTSC 2019", 2029y / 1 / 9},
    {17763, Family::iot_ltsc, "Windows 10 IoT Enterprise LTSC 2019", 2029y / 1 / 9},
    {17763, Family::server, "Windows Server 2019", 2029y / 1 / 9},
    {17763, Family::server_annual, "Windows Server 1809", 2020y / 11 / 10},
    {18362, Family::home_pro, "Windows 10 1903 Home and Pro", 2020y / 12 / 8},
    {18362, Family::enterprise, "Windows 10 1903 Enterprise and Education", 2020y / 12 / 8},
    {18362, Family::server_annual, "Windows Server 1903", 2020y / 12 / 8},
    {18363, Family::home_pro, "Windows 10 1909 Home and Pro", 2021y / 5 / 11},
    {18363, Family::enterprise, "Windows 10 1909 Enterprise and Education", 2022y / 5 / 10},
    {18363, Family::server_annual, "Windows Server 1909", 2021y / 5 / 11},
    {19041, Family::home_pro, "Windows 10 2004 Home and Pro", 2021y / 12 / 14},
    {19041, Family::enterprise, "Windows 10 2004 Enterprise and Education", 2021y / 12 / 14},
    {19041, Family::server_annual, "Windows Server 2004", 2021y / 12 / 14},
    {19042, Family::home_pro, "Windows 10 20H2 Home and Pro", 2022y / 5 / 10},
    {19042, Family::enterprise, "Windows 10 20H2 Enterprise and Education", 2023y / 5 / 9},
    {19042, Family::server_annual, "Windows Server 20H2", 2022y / 8 / 9},
    {19043, Family::home_pro, "Windows 10 21H1 Home and Pro", 2022y / 12 / 13},
    {19043, Family::enterprise, "Windows 10 21H1 Enterprise and Education", 2022y / 12 / 13},
    {19044, Family::home_pro, "Windows 10 21H2 Home and Pro", 2023y / 6 / 13},
    {19044, Family::enterprise, "Windows 10 21H2 Enterprise and Education", 2024y / 6 / 11},
    {19044, Family::ltsc, "Windows 10 Enterprise LTSC 2021", 2027y / 1 / 12},
    {19044, Family::iot_ltsc, "Windows 10 IoT Enterprise LTSC 2021", 2032y / 1 / 13},
    {19045, Family::home_pro, "Windows 10 22H2 Home and Pro", 2025y / 10 / 14},
    {19045, Family::enterprise, "Windows 10 22H2 Enterprise and Education", 2025y / 10 / 14},
    {20348, Family::server, "Windows Server 2022", 2031y / 10 / 14},
    {22000, Family::home_pro, "Windows 11 21H2 Home and Pro", 2023y / 10 / 10},
    {22000, Family::enterprise, "Windows 11 21H2 Enterprise and Education", 2024y / 10 / 8},
    {22621, Family::home_pro, "Windows 11 22H2 Home and Pro", 2024y / 10 / 8},
    {22621, Family::enterprise, "Windows 11 22H2 Enterprise and Education", 2025y / 10 / 14},
    {22631, Family::home_pro, "Windows 11 23H2 Home and Pro", 2025y / 11 / 11},
    {22631, Family::enterprise, "Windows 11 23H2 Enterprise and Education", 2026y / 11 / 10},
    {25398, Family::server_annual, "Windows Server 23H2", 2025y / 10 / 24},
    {26100, Family::home_pro, "Windows 11 24H2 Home and Pro", 2026y / 10 / 13},
    {26100, Family::enterprise, "Windows 11 24H2 Enterprise and Education", 2027y / 10 / 12},
    {26100, Family::ltsc, "Windows 11 Enterprise LTSC 2024", 2029y / 10 / 9},
    {26100, Family::iot_ltsc, "Windows 11 IoT Enterprise LTSC 2024", 2034y / 10 / 10},
    {26100, Family::server, "Windows Server 2025", 2034y / 11 / 14},
    {26200, Family::home_pro, "Windows 11 25H2 Home and Pro", 2027y / 10 / 12},
    {26200, Family::enterprise, "Windows 11 25H2 Enterprise and Education", 2028y / 10 / 10},
    {26300, Family::home_pro, "Windows 11 26H2 Home and Pro", 2028y / 10 / 10},
    {26300, Family::enterprise, "Windows 11 26H2 Enterprise and Education", 2029y / 10 / 9},
    {28000, Family::home_pro, "Windows 11 26H1 Home and Pro", 2028y / 3 / 14},
    {28000, Family::enterprise, "Windows 11 26H1 Enterprise and Education", 2029y / 3 / 13},
    // Before Windows 10 every edition of a build had the same date.
    {6003, Family::server, "Windows Server 2008", 2020y / 1 / 14},
    {7601, Family::home_pro, "Windows 7", 2020y / 1 / 14},
    {7601, Family::enterprise, "Windows 7 Enterprise", 2020y / 1 / 14},
    {7601, Family::server, "Windows Server 2008 R2", 2020y / 1 / 14},
    {9200, Family::server, "Windows Server 2012", 2023y / 10 / 10},
    {9600, Family::home_pro, "Windows 8.1", 2023y / 1 / 10},
    {9600, Family::enterprise, "Windows 8.1 Enterprise", 2023y / 1 / 10},
    {9600, Family::server, "Windows Server 2012 R2", 2023y / 10 / 10},
});

/// Extended Security Updates, for who has bought them.
constexpr auto kExtended = std::to_array<Release>({
    {9200, Family::server, "Windows Server 2012", 2026y / 10 / 13},
    {9600, Family::server, "Windows Server 2012 R2", 2026y / 10 / 13},
    {19045, Family::home_pro, "Windows 10 22H2 Home and Pro", 2028y / 10 / 10},
    {19045, Family::enterprise, "Windows 10 22H2 Enterprise and Education", 2028y / 10 / 10},
});

/// nullopt: an edition with dates of its own, Azure Stack HCI for one.
std::optional<Family> family_of(std::string_view edition) {
  const auto starts = [&](std::string_view prefix) { return edition.starts_with(prefix); };
  if (edition == "ServerRdsh") return Family::enterprise;  // Windows Enterprise multi-session
  if (starts("ServerAzureStack")) return std::nullopt;
  if (starts("Server")) return edition.ends_with("ACor") ? Family::server_annual : Family::server;
  if (starts("IoTEnterpriseS")) return Family::iot_ltsc;
  if (starts("EnterpriseS")) return Family::ltsc;
  if (starts("Enterprise") || starts("Education") || starts("IoTEnterprise")) return Family::enterprise;
  for (const std::string_view prefix : {"Core", "Professional", "Home", "Starter", "Ultimate"})
    if (starts(prefix)) return Family::home_pro;
  return std::nullopt;
}

template <class Table>
const Release* find(const Table& table, int build, Family family) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Release& one) { return one.build == build && one.family == family; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

std::optional<EndOfSupport> windows_end_of_support(int build, std::string_view edition_id, bool extended_updates) {
  const auto family = family_of(edition_id);
  if (!family) return std::nullopt;
  const Release* release = extended_updates ? find(kExtended, build, *family) : nullptr;
  const bool extended = release != nullptr;
  if (!extended) release = find(kReleases, build, *family);
  if (release == nullptr) return std::nullopt;
  return EndOfSupport{std::chrono::sys_days{release->last_day} + std::chrono::days{1},
                      fmt::format("Microsoft's lifecycle pages as of {}, {}{}", kTableDate, release->name,
                                  extended ? " with Extended Security Updates" : "")};
}

}  // namespace patchstate
