// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/rpm_install_times.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace std::string_view_literals;
using test::ReplayRunner;
using Reading = RpmInstallTimes::Reading;

namespace {

constexpr std::string_view kSqlite = "SQLite format 3\0....."sv;
constexpr auto kDeadline = std::chrono::seconds{5};
constexpr const char* kAnswer =
    "kernel-core\t0\t5.14.0\t1.el9\tx86_64\t1000\tRed Hat, Inc.\n"
    "kernel-core\t0\t5.14.0\t2.el9\tx86_64\t3000\tRed Hat, Inc.\n"
    "glibc\t0\t2.34\t60.el9\ti686\t2000\t(none)\n"
    "package kernel-rt is not installed\n";

Time at(int seconds) {
  return Time(std::chrono::seconds(seconds));
}

bool has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("rpm is asked for the few packages that need a reboot, and when they were installed") {
  const test::TemporaryFolder root;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  ReplayRunner runner;
  runner.add({"rpm", "-q", "glibc", "kernel-core", "systemd"}, ReplayRunner::exited(1, kAnswer));
  const auto times = read_rpm_install_times({runner, root.path(), {}, {}}, kDeadline);
  CHECK(times.reading == Reading::looked);
  CHECK(times.packages.size() == 3);
  REQUIRE(runner.commands.size() == 1);
  CHECK(runner.commands[0].deadline == kDeadline);

  const auto after = installed_after(times.packages, at(1500));
  REQUIRE(after.size() == 2);
  CHECK(after[0].name == "kernel-core");  // newest first
  CHECK(after[0].evr.release == "2.el9");
  CHECK(after[1].name == "glibc");
  CHECK(installed_after(times.packages, at(3000)).empty());
  CHECK(installed_after(times.packages, at(500)).size() == 2);  // one of each name
}

TEST_CASE("edge-102: for the same database rpm is asked once") {
  const test::TemporaryFolder root;
  const test::TemporaryFolder cache;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  ReplayRunner runner;
  runner.add({"rpm", "-q"}, ReplayRunner::exited(1, kAnswer));
  const HostAccess access{runner, root.path(), cache.path(), {}};
  const auto first = read_rpm_install_times(access, kDeadline);
  const auto second = read_rpm_install_times(access, kDeadline);
  CHECK(runner.commands.size() == 1);
  REQUIRE(second.packages.size() == first.packages.size());
  for (std::size_t i = 0; i < first.packages.size(); ++i) {
    CHECK(second.packages[i].name == first.packages[i].name);
    CHECK(second.packages[i].evr == first.packages[i].evr);
    CHECK(second.packages[i].installed == first.packages[i].installed);
  }

  // Another database, another list of names, a damaged note: it is asked again.
  root.write("var/lib/rpm/rpmdb.sqlite-wal", "x");
  read_rpm_install_times(access, kDeadline);
  CHECK(runner.commands.size() == 2);
  root.write("etc/dnf/suggest-reboot.d/nvidia.conf", "nvidia-driver\n");
  read_rpm_install_times(access, kDeadline);
  CHECK(runner.commands.size() == 3);
  cache.write("reboot-packages", "garbage\nend\n");
  read_rpm_install_times(access, kDeadline);
  CHECK(runner.commands.size() == 4);
}

TEST_CASE("edge-53: rpm that can't be asked leaves it unknown, and what is not rpm's is none of its business") {
  ReplayRunner nothing;
  const test::TemporaryFolder debian;
  debian.write("var/lib/dpkg/status", "");
  debian.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  CHECK(read_rpm_install_times({nothing, debian.path(), {}, {}}, kDeadline).reading == Reading::not_rpm);
  const test::TemporaryFolder empty;
  CHECK(read_rpm_install_times({nothing, empty.path(), {}, {}}, kDeadline).reading == Reading::not_rpm);
  CHECK(nothing.commands.empty());

  const test::TemporaryFolder root;
  const test::TemporaryFolder cache;
  root.write("usr/lib/sysimage/rpm/rpmdb.sqlite", kSqlite);
  const HostAccess without_rpm{nothing, root.path(), cache.path(), {}};
  const auto missing = read_rpm_install_times(without_rpm, kDeadline);
  CHECK(missing.reading == Reading::unknown);
  CHECK_FALSE(missing.problem.empty());

  ReplayRunner none;
  none.add({"rpm"}, ReplayRunner::exited(13, "package glibc is not installed\n"));
  const HostAccess access{none, root.path(), cache.path(), {}};
  CHECK(read_rpm_install_times(access, kDeadline).reading == Reading::unknown);
  CHECK(read_rpm_install_times(access, kDeadline).reading == Reading::unknown);  // nor from the cache
}

TEST_CASE("the names are dnf's, dnf5's where it is, and those of drop-in files") {
  const test::TemporaryFolder root;
  auto names = names_that_need_a_reboot(root.path());
  for (const char* const name : {"kernel", "kernel-core", "glibc", "systemd", "linux-firmware", "dbus-broker"})
    CHECK(has(names, name));
  CHECK_FALSE(has(names, "openssl-libs"));

  root.write("usr/bin/dnf5", "");
  root.write("etc/dnf/plugins/needs-restarting.d/a.conf", "my-agent\n");
  root.write("etc/dnf/suggest-reboot.d/b.conf", "# comment\n  nvidia-driver \r\n--eval\n%{lua:x}\n");
  root.write("usr/share/dnf5/suggest-reboot.d/b.conf", "replaced\n");
  root.write("usr/share/dnf5/suggest-reboot.d/c.conf", "packaged");
  root.write("etc/dnf/suggest-reboot.d/d.txt", "no-conf\n");
  names = names_that_need_a_reboot(root.path());
  for (const char* const name : {"openssl-libs", "my-agent", "nvidia-driver", "packaged"}) CHECK(has(names, name));
  for (const char* const name : {"replaced", "no-conf", "--eval", "%{lua:x}", "# comment", ""})
    CHECK_FALSE(has(names, name));
}
