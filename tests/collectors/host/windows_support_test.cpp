// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/windows_support.h"

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"

using namespace patchstate;

namespace {

std::string first_day_without(int build, std::string_view edition, bool extended = false) {
  const auto end = windows_end_of_support(build, edition, extended);
  return end ? format_time(end->date).substr(0, 10) : "";
}

TEST_CASE("the end of a Windows depends on its build and on the family of its edition") {
  struct Case {
    int build;
    const char* edition;
    const char* first_day;
  };
  for (const auto& one : std::initializer_list<Case>{{19045, "Professional", "2025-10-15"},
                                                     {19045, "Enterprise", "2025-10-15"},
                                                     {22631, "Core", "2025-11-12"},
                                                     {22631, "Education", "2026-11-11"},
                                                     {26100, "ProfessionalWorkstation", "2026-10-14"},
                                                     {26100, "EnterpriseN", "2027-10-13"},
                                                     {26100, "ServerRdsh", "2027-10-13"},
                                                     {26100, "EnterpriseS", "2029-10-10"},
                                                     {26100, "IoTEnterpriseS", "2034-10-11"},
                                                     {26100, "ServerDatacenter", "2034-11-15"},
                                                     {20348, "ServerStandard", "2031-10-15"},
                                                     {17763, "ServerStandard", "2029-01-10"},
                                                     {17763, "ServerStandardACor", "2020-11-11"},
                                                     {17763, "EnterpriseSEval", "2029-01-10"},
                                                     {14393, "ServerDatacenterEval", "2027-01-13"},
                                                     {9600, "ServerStandard", "2023-10-11"},
                                                     {26200, "CoreSingleLanguage", "2027-10-13"}}) {
    CAPTURE(one.build);
    CAPTURE(one.edition);
    CHECK(first_day_without(one.build, one.edition) == one.first_day);
  }
}

TEST_CASE("a build or an edition that the table does not have gets no date") {
  CHECK_FALSE(windows_end_of_support(27842, "Professional"));
  CHECK_FALSE(windows_end_of_support(20348, "ServerAzureStackHCICor"));
  CHECK_FALSE(windows_end_of_support(20348, "Professional"));
  CHECK_FALSE(windows_end_of_support(19045, ""));
  CHECK_FALSE(windows_end_of_support(0, "Professional"));
}

TEST_CASE("extended security updates count with evidence alone, and nowhere that they are not sold") {
  CHECK(first_day_without(19045, "Professional", true) == "2028-10-11");
  CHECK(windows_end_of_support(19045, "Professional", true)->source.find("Extended") != std::string::npos);
  CHECK(first_day_without(22631, "Core", true) == "2025-11-12");
}

TEST_CASE("the date says where it comes from, and how old that is") {
  CHECK(windows_end_of_support(20348, "ServerStandard")->source ==
        "Microsoft's lifecycle pages as of 2026-11-04, Windows Server 2022");
}

}  // namespace
