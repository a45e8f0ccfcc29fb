// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/reboot_evidence.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

TEST_CASE("edge-13: of the running system the evidence is read, and the answer fits it") {
  test::ReplayRunner runner;
  Host host;
  host.kernel_running = "6.1.0-9-amd64";
  host.kernel_installed = "6.1.0-13-amd64";
  const auto evidence = read_reboot_evidence({runner, "/", {}, {}}, host, std::chrono::seconds{20});
  CHECK(evidence.pending == true);
  CHECK(runner.commands.empty());  // no program is run

  host.kernel_installed.clear();
  const bool required =
      std::filesystem::exists("/run/reboot-required") || std::filesystem::exists("/run/reboot-needed");
  CHECK(read_reboot_evidence({runner, "/", {}, {}}, host, std::chrono::seconds{20}).pending ==
        (required ? std::optional(true) : std::nullopt));
}

TEST_CASE("edge-106: reading keeps its deadline and then denies nothing") {
  test::ReplayRunner runner;
  Host host;
  host.kernel_running = host.kernel_installed = "6.1.0-13-amd64";
  const auto evidence = read_reboot_evidence({runner, "/", {}, {}}, host, std::chrono::milliseconds{0});
  CHECK(evidence.pending != false);
  CHECK_FALSE(evidence.warnings.empty());
}

TEST_CASE("another root is not this machine: nothing is said") {
  const test::TemporaryFolder root;
  root.write("run/reboot-required", "");
  test::ReplayRunner runner;
  Host host;
  host.kernel_installed = "6.1.0-13-amd64";
  const auto evidence = read_reboot_evidence({runner, root.path(), {}, {}}, host, std::chrono::seconds{20});
  CHECK_FALSE(evidence.pending);
  CHECK(evidence.reasons.empty());
  CHECK(evidence.warnings.empty());
}
