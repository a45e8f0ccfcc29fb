// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/installed_kernels.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a kernel is installed where modules and an image are") {
  const test::TemporaryFolder root;
  root.link("lib", "usr/lib");
  root.write("usr/lib/modules/6.1.0-13-amd64/modules.dep", "");
  root.write("usr/lib/modules/6.1.0-9-amd64/modules.dep", "");  // its package was removed, a module stayed
  root.write("usr/lib/modules/5.14.0-362.el9.x86_64/vmlinuz", "");
  root.write("usr/lib/modules/6.4.0-1-default/x", "");
  root.write("boot/vmlinuz-6.1.0-13-amd64", "");
  root.write("boot/Image-6.4.0-1-default", "");
  root.write("boot/vmlinuz-0-rescue-3d1219c7c4c5404aaa1f6d2a48adfda4", "");
  root.write("boot/vmlinuz-6.1.0-14-amd64.dpkg-tmp", "");
  const auto found = installed_kernels(root.path());
  CHECK(sorted(found.releases) ==
        std::vector<std::string>{"5.14.0-362.el9.x86_64", "6.1.0-13-amd64", "6.4.0-1-default"});
  CHECK_FALSE(found.images_unreadable);
}

TEST_CASE("a root without kernels has none") {
  const test::TemporaryFolder root;
  CHECK(installed_kernels(root.path()).releases.empty());
  root.write("boot", "a file");
  root.write("lib/modules", "a file");
  CHECK(installed_kernels(root.path()).releases.empty());
}

TEST_CASE("only kernels of the running one's kind are compared with it") {
  const InstalledKernels installed{{"6.1.0-9-amd64", "6.1.0-13-amd64", "6.1.0-20-cloud-amd64"}, false};
  CHECK(kernel_to_compare(installed, "6.1.0-9-amd64") == "6.1.0-13-amd64");
  CHECK(kernel_to_compare(installed, "6.1.0-20-cloud-amd64") == "6.1.0-20-cloud-amd64");
  CHECK(kernel_to_compare(installed, "6.1.0-9-rt-amd64") == "6.1.0-20-cloud-amd64");
  CHECK(kernel_to_compare(installed, "") == "6.1.0-20-cloud-amd64");
  CHECK(kernel_to_compare({}, "6.1.0-9-amd64").empty());
}
