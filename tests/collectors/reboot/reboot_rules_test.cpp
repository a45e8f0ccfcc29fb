// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "collectors/reboot/reboot_evidence.h"

using namespace patchstate;

namespace {

/// A machine on which everything could be looked at and nothing waits.
RebootFacts quiet() {
  RebootFacts facts;
  facts.kernel_running = "6.1.0-13-amd64";
  facts.kernel_installed = "6.1.0-13-amd64";
  facts.deleted_files = DeletedFileScan{{}, 80, 0, true};
  return facts;
}

DeletedFileScan scan_with(int processes) {
  DeletedFileScan scan;
  for (int i = 1; i <= processes; ++i) scan.processes.push_back({i, "daemon", "/usr/lib/libssl.so.3"});
  scan.readable = processes;
  return scan;
}

const RebootReason* reason(const RebootEvidence& evidence, const char* source) {
  const auto found = std::find_if(evidence.reasons.begin(), evidence.reasons.end(),
                                  [&](const RebootReason& one) { return one.source == source; });
  return found == evidence.reasons.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("no reboot is pending where everything could be looked at and nothing was found") {
  const auto evidence = judge_reboot(quiet());
  CHECK(evidence.pending == false);
  CHECK(evidence.reasons.empty());
  CHECK(evidence.warnings.empty());
}

TEST_CASE("the system's own file says that a reboot is pending, and why") {
  auto facts = quiet();
  facts.reboot_required_file = "/run/reboot-required";
  facts.reboot_packages = {"linux-image-6.1.0-13-amd64", "dbus"};
  const auto evidence = judge_reboot(facts);
  CHECK(evidence.pending == true);
  REQUIRE(reason(evidence, "reboot_required_file") != nullptr);
  CHECK(reason(evidence, "reboot_required_file")->strength == Strength::strong);
  CHECK(reason(evidence, "reboot_required_file")->evidence ==
        "/run/reboot-required is there, because of linux-image-6.1.0-13-amd64, dbus");
}

TEST_CASE("a running kernel is compared with the newest installed of its kind") {
  struct {
    const char* running;
    const char* installed;
    std::optional<bool> pending;
  } const cases[] = {{"6.1.0-9-amd64", "6.1.0-13-amd64", true},
                     {"6.1.0-13-amd64", "6.1.0-13-amd64", false},
                     {"6.1.0-13-amd64", "6.1.0-9-amd64", false},
                     {"3.10.0-1062.12.1.el7.x86_64", "3.10.0-1160.24.1.el7.x86_64", true},
                     {"4.14.35-2047.501.2.el7uek.x86_64", "5.4.17-2102.200.13.el7uek.x86_64", true},
                     {"6.18.44-fc-v782", "", std::nullopt},  // no kernel here: the host brings it
                     {"6.1.0-13-cloud-amd64", "6.1.0-13-amd64", std::nullopt},
                     {"", "6.1.0-13-amd64", std::nullopt}};
  for (const auto& [running, installed, pending] : cases) {
    const auto& shown = running;
    CAPTURE(shown);
    auto facts = quiet();
    facts.kernel_running = running;
    facts.kernel_installed = installed;
    const auto evidence = judge_reboot(facts);
    CHECK(evidence.pending == pending);
    const auto* kernel = reason(evidence, "kernel");
    CHECK((kernel != nullptr && kernel->strength == Strength::strong) == (pending == true));
  }
}

TEST_CASE("a kernel that was rebuilt under its old name waits for a reboot") {
  auto facts = quiet();
  facts.kernel_build_running = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)";
  facts.kernel_build_installed = facts.kernel_build_running;
  CHECK(judge_reboot(facts).pending == false);
  facts.kernel_build_installed = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.64-1 (2023-11-30)";
  const auto evidence = judge_reboot(facts);
  CHECK(evidence.pending == true);
  CHECK(reason(evidence, "kernel")->evidence.find("6.1.64-1") != std::string::npos);
  facts.kernel_build_installed.clear();
  CHECK(judge_reboot(facts).pending == false);
}

TEST_CASE("a running kernel whose kind is not installed any more is told, and proves nothing") {
  auto facts = quiet();
  facts.kernel_running = "6.1.0-9-cloud-amd64";
  const auto evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);
  REQUIRE(reason(evidence, "kernel") != nullptr);
  CHECK(reason(evidence, "kernel")->strength == Strength::weak);
}

TEST_CASE("edge-130: in a container the kernel is the host's and says nothing") {
  auto facts = quiet();
  facts.container = true;
  facts.kernel_running = "6.1.0-9-amd64";
  auto evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);
  CHECK(evidence.reasons.empty());
  facts.kernel_build_running = "#1 one";
  facts.kernel_build_installed = "#2 other";
  CHECK_FALSE(judge_reboot(facts).pending);
  facts.reboot_required_file = "/run/reboot-required";
  CHECK(judge_reboot(facts).pending == true);
}

TEST_CASE("edge-131: replaced libraries in use are weak evidence: told, never decisive") {
  auto facts = quiet();
  facts.deleted_files = scan_with(7);
  const auto evidence = judge_reboot(facts);
  CHECK(evidence.pending == false);
  REQUIRE(reason(evidence, "deleted_libraries") != nullptr);
  CHECK(reason(evidence, "deleted_libraries")->strength == Strength::weak);
  CHECK(reason(evidence, "deleted_libraries")->evidence ==
        "7 processes still run replaced programs or libraries, until restarted: daemon (1): /usr/lib/libssl.so.3, "
        "daemon (2): /usr/lib/libssl.so.3, daemon (3): /usr/lib/libssl.so.3, daemon (4): /usr/lib/libssl.so.3, "
        "daemon (5): /usr/lib/libssl.so.3 and 2 more");
  facts.kernel_installed.clear();
  CHECK_FALSE(judge_reboot(facts).pending);
}

TEST_CASE("edge-106: when the scan ran out of time nothing is denied, and what is known stays known") {
  auto facts = quiet();
  facts.deleted_files->complete = false;
  auto evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);
  REQUIRE(evidence.warnings.size() == 1);
  CHECK(evidence.warnings[0].code == "process_scan_incomplete");
  CHECK_FALSE(evidence.warnings[0].incomplete);
  facts.kernel_running = "6.1.0-9-amd64";
  CHECK(judge_reboot(facts).pending == true);
}

TEST_CASE("a scan without privileges is told") {
  auto facts = quiet();
  facts.deleted_files->unreadable = 65;
  const auto evidence = judge_reboot(facts);
  CHECK(evidence.pending == false);
  REQUIRE(evidence.warnings.size() == 1);
  CHECK(evidence.warnings[0].code == "processes_unreadable");
}

TEST_CASE("of a root where nothing runs, nothing is known") {
  auto facts = quiet();
  facts.running_system = false;
  facts.reboot_required_file = "/run/reboot-required";
  const auto evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);
  CHECK(evidence.reasons.empty());
}

TEST_CASE("edge-112: names from outside are made printable and short") {
  auto facts = quiet();
  facts.reboot_required_file = "/run/reboot-required";
  facts.reboot_packages = {"\x1b[31mevil\xff", std::string(100'000, 'x')};
  facts.deleted_files = DeletedFileScan{{{1, "\x1b]0;x\x07", "/usr/lib/\xff"}}, 1, 0, true};
  for (const auto& one : judge_reboot(facts).reasons) {
    CHECK(one.evidence.find('\x1b') == std::string::npos);
    CHECK(one.evidence.find('\xff') == std::string::npos);
    CHECK(one.evidence.size() < 1000);
  }
}

TEST_CASE("a package that needs a reboot and was installed after the boot decides") {
  RebootFacts facts = quiet();
  facts.boot_time = Time(std::chrono::seconds(1000));
  facts.rpm.reading = RpmInstallTimes::Reading::looked;
  facts.rpm.packages = {{"kernel-core", {"", "5.14.0", "1.el9"}, "x86_64", Time(std::chrono::seconds(999)), "Red Hat"}};
  CHECK(judge_reboot(facts).pending == false);

  facts.rpm.packages.push_back(
      {"glibc", {"", "2.34", "60.el9"}, "x86_64", Time(std::chrono::seconds(1001)), "Red Hat"});
  const auto evidence = judge_reboot(facts);
  CHECK(evidence.pending == true);
  REQUIRE(reason(evidence, "installed_since_boot") != nullptr);
  CHECK(reason(evidence, "installed_since_boot")->strength == Strength::strong);
  CHECK(reason(evidence, "installed_since_boot")->evidence ==
        "installed after the boot at 1970-01-01T00:16:40Z, in effect with the next one: glibc 2.34-60.el9");
}

TEST_CASE("edge-53: where rpm could not be asked no reboot is denied, and what else demands one still does") {
  RebootFacts facts = quiet();
  facts.rpm.reading = RpmInstallTimes::Reading::unknown;
  facts.rpm.problem = "rpm -q: no such program";
  auto evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);
  REQUIRE(evidence.warnings.size() == 1);
  CHECK(evidence.warnings[0].code == "install_times_unknown");
  CHECK(evidence.warnings[0].message.find("no such program") != std::string::npos);

  facts.reboot_required_file = "/run/reboot-needed";
  CHECK(judge_reboot(facts).pending == true);

  facts = quiet();
  facts.rpm.reading = RpmInstallTimes::Reading::looked;
  evidence = judge_reboot(facts);
  CHECK_FALSE(evidence.pending);  // of which boot?
  CHECK(evidence.warnings.size() == 1);
}
