// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/kernel_release.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE("kernels are ordered as their distribution means it, oldest first") {
  const std::vector<std::vector<std::string>> families = {
      // Debian
      {"4.19.0-27-amd64", "5.10.0-9-amd64", "5.10.0-28-amd64", "6.1.0-9-amd64", "6.1.0-13-amd64",
       "6.5.0-0.deb12.1-amd64", "6.5.0-0.deb12.4-amd64", "6.12.9+bpo-amd64", "6.12.38+deb13-amd64",
       "6.12.38+deb13+1-amd64", "6.12.41+deb13-amd64", "6.16.3+deb14-amd64"},
      {"6.12-rc6-amd64", "6.12-amd64", "6.12.1-amd64"},
      // Raspberry Pi OS
      {"6.1.0-rpi4-rpi-v8", "6.1.0-rpi7-rpi-v8", "6.6.20+rpt-rpi-v8", "6.12.25+rpt-rpi-v8"},
      // Ubuntu
      {"5.4.0-9-generic", "5.4.0-169-generic", "5.15.0-91-generic", "6.5.0-14-generic", "6.8.0-31-generic"},
      {"5.15.0-1019-aws", "5.15.0-1052-aws", "6.2.0-1017-aws"},
      {"6.7.0-060700rc3-generic", "6.7.0-060700-generic", "6.7.1-060701-generic"},
      // Red Hat and relatives
      {"3.10.0-1062.12.1.el7.x86_64", "3.10.0-1160.el7.x86_64", "3.10.0-1160.2.1.el7.x86_64",
       "3.10.0-1160.24.1.el7.x86_64", "3.10.0-1160.102.1.el7.x86_64"},
      {"4.18.0-80.el8.x86_64", "4.18.0-80.1.2.el8_0.x86_64", "4.18.0-513.el8.x86_64", "4.18.0-513.5.1.el8_9.x86_64"},
      {"5.14.0-362.el9.x86_64", "5.14.0-362.8.1.el9_3.x86_64", "5.14.0-362.18.1.el9_3.x86_64",
       "5.14.0-427.13.1.el9_4.x86_64"},
      {"4.14.35-2047.501.2.el7uek.x86_64", "5.4.17-2102.200.13.el7uek.x86_64"},
      {"6.5.6-300.fc39.x86_64", "6.5.12-300.fc39.x86_64", "6.7.0-0.rc3.29.fc40.x86_64", "6.7.0-68.fc40.x86_64"},
      {"6.1.61-85.141.amzn2023.x86_64", "6.1.109-118.189.amzn2023.x86_64"},
      // SUSE
      {"5.14.21-150400.24.100-default", "5.14.21-150500.53-default", "5.14.21-150500.55.39.1-default",
       "6.4.0-150600.21-default"},
      // Arch
      {"6.6.8-arch1-1", "6.6.8-arch1-2", "6.6.10-arch1-1"}};
  for (const auto& family : families) {
    for (std::size_t i = 0; i < family.size(); ++i) {
      for (std::size_t j = 0; j < family.size(); ++j) {
        CAPTURE(family[i]);
        CAPTURE(family[j]);
        const int order = compare_kernels(family[i], family[j]);
        CHECK((order > 0) - (order < 0) == (i > j) - (i < j));
      }
    }
    auto shuffled = family;
    std::rotate(shuffled.begin(), shuffled.begin() + 1, shuffled.end());
    CHECK(newest_kernel(shuffled) == family.back());
  }
}

TEST_CASE("leading zeros and numbers beyond any integer are numbers") {
  CHECK(compare_kernels("6.01", "6.1") == 0);
  CHECK(compare_kernels("6.99999999999999999999999998", "6.99999999999999999999999999") < 0);
  CHECK(compare_kernels("6." + std::string(100'000, '9'), "6.1") > 0);
  CHECK(compare_kernels("", "") == 0);
  CHECK(compare_kernels("", "6") < 0);
  CHECK(newest_kernel({}).empty());
}

TEST_CASE("a kernel's flavour is what stands beside its version") {
  struct {
    const char* release;
    const char* flavour;
  } const cases[] = {{"6.1.0-13-amd64", "amd64"},
                     {"6.1.0-13-cloud-amd64", "cloud-amd64"},
                     {"6.1.0-13-rt-amd64", "rt-amd64"},
                     {"6.5.0-0.deb12.4-cloud-amd64", "cloud-amd64"},
                     {"6.12.38+deb13-amd64", "amd64"},
                     {"6.12.38+deb13-cloud-amd64", "cloud-amd64"},
                     {"5.10.0-28-686-pae", "686-pae"},
                     {"5.10.0-28-armmp-lpae", "armmp-lpae"},
                     {"6.1.0-rpi7-rpi-v8", "rpi-v8"},
                     {"6.6.20+rpt-rpi-2712", "rpi-2712"},
                     {"6.8.0-31-generic", "generic"},
                     {"6.8.0-31-generic-64k", "generic-64k"},
                     {"5.15.0-91-lowlatency", "lowlatency"},
                     {"5.4.0-1103-aws-fips", "aws-fips"},
                     {"5.14.0-362.8.1.el9_3.x86_64", ""},
                     {"5.14.0-362.8.1.el9_3.x86_64+rt", "rt"},
                     {"5.14.0-427.el9.aarch64+64k", "64k"},
                     {"5.14.0-70.13.1.rt21.83.el9_0.x86_64", "rt"},
                     {"3.10.0-1160.24.1.el7.x86_64.debug", "debug"},
                     {"5.4.17-2102.200.13.el7uek.x86_64", "uek"},
                     {"6.6.2-1.el9.elrepo.x86_64", "elrepo"},
                     {"5.14.21-150500.55.39-default", "default"},
                     {"6.4.0-150600.21-azure", "azure"},
                     {"6.1.10-3.ph5-esx", "esx"},
                     {"6.6.8-arch1-1", ""},
                     {"6.6.8-zen1-1-zen", "zen"},
                     {"6.6.8-hardened1-1-hardened", "hardened"},
                     {"6.1.69-1-lts", "lts"},
                     {"6.1.70-0-virt", "virt"},
                     {"6.1.0", ""},
                     {"", ""},
                     {"-", ""},
                     {"---", ""}};
  for (const auto& [release, flavour] : cases) {
    const auto& shown = release;
    CAPTURE(shown);
    CHECK(kernel_flavour(release) == flavour);
  }
}

TEST_CASE("only kernels of one flavour are of one kind, whatever their version scheme") {
  CHECK(same_kernel_flavour("6.1.0-37-amd64", "6.12.38+deb13-amd64"));
  CHECK(same_kernel_flavour("6.1.0-rpi7-rpi-v8", "6.12.25+rpt-rpi-v8"));
  CHECK(same_kernel_flavour("4.18.0-513.el8.x86_64", "5.14.0-362.8.1.el9_3.x86_64"));
  CHECK_FALSE(same_kernel_flavour("6.1.0-13-amd64", "6.1.0-13-cloud-amd64"));
  CHECK_FALSE(same_kernel_flavour("6.8.0-31-generic", "6.8.0-31-lowlatency"));
  CHECK_FALSE(same_kernel_flavour("5.4.17-2102.200.13.el7uek.x86_64", "3.10.0-1160.el7.x86_64"));
}
