// SPDX-License-Identifier: Apache-2.0
#include "platform/machine.h"

#include <stdexcept>

#include <doctest/doctest.h>

#include "platform/paths.h"
#include "platform/registry.h"
#include "platform/windows/smbios.h"

using namespace patchstate;

namespace {

using namespace std::string_literals;

const std::string kHead = "\0\3\2\0\0\0\0\0"s;

/// A structure of the table: its formatted part after the head of four bytes, and its strings.
std::string structure(char type, const std::string& formatted, const std::string& strings) {
  return std::string{type, static_cast<char>(formatted.size() + 4), 1, 0} + formatted + strings + "\0"s;
}

}  // namespace

TEST_CASE("the registry is read, and what is not there is a value") {
  const std::string key = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
  CHECK(registry_key_exists(key));
  CHECK(registry_key_written(key));
  CHECK(registry_string(key, "CurrentBuildNumber"));
  CHECK_FALSE(registry_number(key, "CurrentBuildNumber"));
  CHECK_FALSE(registry_string(key, "NoSuchValue"));
  CHECK_FALSE(registry_strings(key, "NoSuchValue"));
  CHECK_FALSE(registry_key_exists(key + "\\NoSuchKey"));
  CHECK_FALSE(registry_key_written(key + "\\NoSuchKey"));
  CHECK(registry_subkeys(key + "\\NoSuchKey").empty());
  CHECK_FALSE(registry_subkeys("SOFTWARE\\Microsoft").empty());
}

TEST_CASE("this machine has an id of our own, made of one that is not told") {
  CHECK(machine_id("/").size() == 32);
  CHECK(host_id("/").size() == 36);
  CHECK(host_id("/")[14] == '4');
  CHECK(host_id("/") == host_id("/"));
  CHECK(host_id("/").find(machine_id("/").substr(0, 8)) == std::string::npos);
  CHECK(host_id("C:\\").empty());
}

TEST_CASE("this machine has a name, a version, an architecture and a time of boot") {
  CHECK_FALSE(hostname("/").empty());
  CHECK(running_kernel().starts_with("10.0."));
  CHECK(machine_architecture() == "amd64");
  REQUIRE(boot_time());
  CHECK(*boot_time() < std::chrono::system_clock::now());
  CHECK_FALSE(virtualization().container);
}

TEST_CASE("an SMBIOS table tells what machine it is in") {
  const std::string table = kHead + structure(0, "\1\2"s, "BIOS Inc.\0001.0\0"s) +
                            structure(1, "\1\2\0\0\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"s,
                                      "Microsoft Corporation\0Virtual Machine\0"s) +
                            structure(2, "\1"s, " Board \0"s) +
                            structure(3, "\0\0\0\0\1"s, "7783-7084-3265-9085-8269-3286-77\0"s) +
                            structure(127, "", "\0"s);
  const auto strings = dmi_strings_in(table);
  CHECK(strings.bios_vendor == "BIOS Inc.");
  CHECK(strings.sys_vendor == "Microsoft Corporation");
  CHECK(strings.product_name == "Virtual Machine");
  CHECK(strings.board_vendor == "Board");
  CHECK(strings.chassis_asset_tag == "7783-7084-3265-9085-8269-3286-77");
  CHECK(strings.product_uuid == "00112233-4455-6677-8899-aabbccddeeff");
  for (std::size_t length = 0; length < table.size(); ++length)
    dmi_strings_in(std::string_view(table).substr(0, length));
}

TEST_CASE("our folders are absolute") {
  CHECK(state_folder().is_absolute());
  CHECK(cache_folder().is_absolute());
  CHECK(system_state_folder().is_absolute());
  CHECK(default_config_file().filename() == "patchstate.toml");
  CHECK(own_program().filename() == "platform_machine_test.exe");
  CHECK(probe_program("process_child") == own_program().parent_path() / "process_child.exe");
  CHECK(probe_program("none").empty());
}
