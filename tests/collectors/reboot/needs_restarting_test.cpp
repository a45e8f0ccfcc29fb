// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "collectors/reboot/needs_restarting_output.h"

using namespace patchstate;

TEST_CASE("edge-132: only a tool's own sentence says whether a reboot is needed") {
  struct Row {
    std::string_view text;
    std::optional<bool> required;
  };
  for (const Row& row :
       {Row{"Core libraries or services have been updated since boot-up:\n  * kernel\n\n"
            "Reboot is required to fully utilize these updates.\nMore information: https://example.org\n",
            true},
        {"No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n", false},
        {"No core libraries or services have been updated.\r\nReboot is probably not necessary.\r\n", false},
        {"<?xml version='1.0'?>\n<stream>\n<message type=\"info\">Core libraries or services have been "
         "updated.</message>\n<message type=\"info\">Reboot is required to ensure that your system benefits from these "
         "updates.</message>\n</stream>\n",
         true},
        {"", std::nullopt},
        {"No such command: needs-restarting. Please use /usr/bin/dnf --help\n", std::nullopt},
        {"usage: needs-restarting [-h]\nerror: unrecognized arguments: -r\n", std::nullopt},
        {"Core libraries or services have been updated since boot-up:\n  * kernel\n", std::nullopt},
        {"Reboot is required to fully utilize these updates.\nReboot should not be necessary.\n", std::nullopt},
        {"Kernbibliotheken wurden aktualisiert\nNeustart erforderlich\n", std::nullopt}}) {
    CAPTURE(row.text);
    CHECK(parse_reboot_hint(row.text).required == row.required);
  }
}

TEST_CASE("a hint names the packages, once each, and what is no part of it") {
  const auto hint = parse_reboot_hint(
      "Updating and loading repositories:\nRepositories loaded.\n"
      "Core libraries or services have been updated since boot-up:\n"
      "  * kernel-core (dependency of kernel)\n  * glibc\n  * glibc\n\n"
      "Reboot is required to fully utilize these updates.\nUnable to read consumer identity\n");
  CHECK(hint.because == std::vector<std::string>{"kernel-core", "glibc"});
  CHECK(hint.not_understood == std::vector<std::string>{"Unable to read consumer identity"});
}

TEST_CASE("dnf5's JSON: a boolean decides, anything else is not known") {
  const auto yes = parse_reboot_hint_json(
      R"([ { "type":"reboot", "reboot_required":true, "packages":["kernel-core", "kernel-core", 7],
             "documentation":"https://access.redhat.com/solutions/27943" } ])");
  CHECK(yes.required == true);
  CHECK(yes.because == std::vector<std::string>{"kernel-core"});
  CHECK(parse_reboot_hint_json(R"([{"type":"reboot","reboot_required":false,"packages":[]}])").required == false);
  CHECK(parse_reboot_hint_json(R"({"reboot_required":true})").required == true);
  for (const char* const text :
       {"", "[]", "[", "null", "7", R"([{"type":"reboot"}])", R"([{"reboot_required":"yes"}])",
        R"([{"type":"process","reboot_required":true}])", "Updating and loading repositories:"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_reboot_hint_json(text).required);
  }
  CHECK_FALSE(parse_reboot_hint_json(std::string(100'000, '[')).required);
}

TEST_CASE("needrestart's kernel status: 1 is current, 2 and 3 wait for a reboot, 0 says nothing") {
  for (const auto& row : {std::pair{"1", std::optional(false)},
                          {"2", std::optional(true)},
                          {"3", std::optional(true)},
                          {"0", std::optional<bool>()},
                          {"x", std::optional<bool>()}}) {
    CAPTURE(row.first);
    CHECK(needs_reboot(parse_needrestart("NEEDRESTART-KSTA: " + std::string(row.first) + "\n")) == row.second);
  }
  CHECK_FALSE(needs_reboot(parse_needrestart("")));
  CHECK(parse_needrestart("NEEDRESTART-SVC: a.service\nnoise\n").not_understood == std::vector<std::string>{"noise"});
}

TEST_CASE("edge-51: the kernel that was installed last is compared with the running one") {
  std::vector<std::string> not_understood;
  const auto kernels = parse_rpm_last(
      "kernel-5.14.0-2.el9.x86_64   Mon 05 Apr 2021 04:52:06 PM UTC\npackage kernel-uek is not installed\n"
      "kernel-5.14.0-1.el9.x86_64   Mon 05 Apr 2021 04:49:39 PM UTC\nnoise\n",
      not_understood);
  CHECK(kernels.size() == 2);
  CHECK(not_understood == std::vector<std::string>{"noise"});
  CHECK(needs_reboot(kernels, "5.14.0-1.el9.x86_64") == true);
  CHECK(needs_reboot(kernels, "5.14.0-2.el9.x86_64") == false);
  CHECK_FALSE(needs_reboot(kernels, ""));
  CHECK_FALSE(needs_reboot(std::vector<rpm::Nevra>{}, "5.14.0-1.el9.x86_64"));
}
