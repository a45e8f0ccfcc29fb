// SPDX-License-Identifier: Apache-2.0
#include "platform/machine.h"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/process_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

TEST_CASE("a machine id is 32 digits that are not all zero, or it is none") {
  struct {
    std::string content;
    const char* id;
  } const cases[] = {{"0123456789abcdef0123456789abcdef\n", "0123456789abcdef0123456789abcdef"},
                     {"0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"},
                     {"0123456789ABCDEF0123456789abcdef\n", "0123456789abcdef0123456789abcdef"},
                     {"uninitialized\n", ""},
                     {"", ""},
                     {"\n", ""},
                     {"00000000000000000000000000000000\n", ""},
                     {"0123456789abcdef0123456789abcde\n", ""},
                     {"0123456789abcdef0123456789abcdef0\n", ""},
                     {"0123456789abcdef0123456789abcdeg\n", ""},
                     {std::string("0123456789abcdef0123456789abcde\0", 32), ""},
                     {std::string(10'000'000, 'a'), ""}};
  for (const auto& [content, id] : cases) {
    const test::TemporaryFolder root;
    root.write("etc/machine-id", content);
    CHECK(machine_id(root.path()) == id);
    CHECK(host_id(root.path()).empty() == machine_id(root.path()).empty());
  }
  const test::TemporaryFolder root;
  CHECK(machine_id(root.path()).empty());
  root.link("etc/machine-id", "/etc/machine-id");
  CHECK(machine_id(root.path()).empty());
}

TEST_CASE("the host id is the application-specific id of machine-id(5), and does not show the machine id") {
  const test::TemporaryFolder root;
  root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  // python3: hmac.new(bytes.fromhex(machine_id), bytes.fromhex("35c7fa6eeccf42cfb15d8d1d9b8380b7"), "sha256")
  CHECK(host_id(root.path()) == "26ab3ad1-4e2b-4a17-ba12-0efdaa2bd9f8");
}

TEST_CASE("the host id is what systemd computes for this machine") {
  Command command;
  command.argv = {"systemd-id128", "machine-id", "--app-specific=35c7fa6eeccf42cfb15d8d1d9b8380b7", "--uuid"};
  const auto result = SystemProcessRunner().run(command);
  if (!result.ok() || machine_id("/").empty()) {
    MESSAGE("skipped: no systemd-id128 or no machine id here: ", describe(command, result));
    return;
  }
  CHECK(host_id("/") + "\n" == result.out);
}

TEST_CASE("the host name of another root is in its file") {
  const test::TemporaryFolder root;
  CHECK(hostname(root.path()).empty());
  root.write("etc/hostname", "  web1.example.org \nignored\n");
  CHECK(hostname(root.path()) == "web1.example.org");
  char own[256] = {};
  REQUIRE(::gethostname(own, sizeof own - 1) == 0);
  CHECK(hostname("/") == own);
}

TEST_CASE("the boot time is the kernel's own") {
  const auto text = read_file("/proc/stat");
  const auto at = text.find("\nbtime ");
  REQUIRE(at != std::string::npos);
  const auto kernel = std::strtoll(text.c_str() + at + 7, nullptr, 10);
  REQUIRE(boot_time());
  CHECK(std::abs(boot_time()->time_since_epoch().count() - kernel) <= 1);
}

TEST_CASE("kernel and architecture are what uname says") {
  Command command;
  command.argv = {"uname", "-rvm"};
  const auto result = SystemProcessRunner().run(command);
  CHECK(running_kernel() + " " + running_kernel_build() + " " + machine_architecture() + "\n" == result.out);
}

TEST_CASE("DMI strings are read where they are, and empty where not") {
  const test::TemporaryFolder dmi;
  dmi.write("sys_vendor", "Microsoft Corporation\n");
  dmi.write("product_name", "Virtual Machine \n");
  std::filesystem::create_directory(dmi / "bios_vendor");
  const auto strings = dmi_strings(dmi.path());
  CHECK(strings.sys_vendor == "Microsoft Corporation");
  CHECK(strings.product_name == "Virtual Machine");
  CHECK(strings.bios_vendor.empty());
  CHECK(strings.chassis_asset_tag.empty());
}
