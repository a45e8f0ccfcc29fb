// SPDX-License-Identifier: Apache-2.0
// The collector as a whole, with recorded tools and a root in a folder.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/zypper/zypper_collector.h"
#include "platform/files.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;
using test::ReplayRunner;

constexpr const char* kRepomd =
    "<?xml version=\"1.0\"?><repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1700000000</revision>"
    "<data type=\"updateinfo\"><location href=\"repodata/updateinfo.xml\"/></data></repomd>";
constexpr const char* kUpdateinfo =
    "<updates><update status=\"stable\" type=\"security\" version=\"1\"><id>SUSE-1</id><severity>important</severity>"
    "<references><reference id=\"CVE-2026-1\" type=\"cve\"/></references><pkglist><collection><package name=\"alpha\" "
    "version=\"1.1\" release=\"1\" epoch=\"0\" arch=\"x86_64\"><filename>alpha.rpm</filename></package></collection>"
    "</pkglist></update></updates>";
constexpr const char* kPackageRow =
    "<update kind=\"package\" name=\"alpha\" edition=\"1.1-1\" arch=\"x86_64\" edition-old=\"1.0-1\"><source url=\"x\" "
    "alias=\"updates\"/></update>";

std::string list(const std::string& rows) {
  return "<?xml version='1.0'?>\n<stream>\n<update-status version=\"0.6\">\n<update-list>\n" + rows +
         "</update-list>\n</update-status>\n</stream>\n";
}

/// A patch for zypper itself is needed: zypper lists no packages then.
const std::string kStackFirst =
    "<?xml version='1.0'?>\n<stream>\n<update-list>\n<update kind=\"patch\" name=\"SUSE-0\" edition=\"1\" "
    "arch=\"noarch\" status=\"needed\" category=\"recommended\" pkgmanager=\"true\"><source url=\"x\" "
    "alias=\"updates\"/></update>\n</update-list>\n<blocked-update-list>\n</blocked-update-list>\n</stream>\n";

/// A SUSE system below a folder: database, configuration, one repository that was fetched.
struct Machine {
  Machine() {
    put("var/lib/rpm/rpmdb.sqlite", std::string("SQLite format 3\0", 16) + "…");
    put("etc/zypp/repos.d/updates.repo", "[updates]\nname=Updates\nenabled=1\nbaseurl=https://example.org/updates\n");
    put("var/cache/zypp/raw/updates/repodata/repomd.xml", kRepomd);
    put("var/cache/zypp/raw/updates/repodata/updateinfo.xml", kUpdateinfo);
    runner.add({"rpm", "-q"}, ReplayRunner::exited(0, "alpha\t0\t1.0\t1\tx86_64\t1700000000\tSUSE\n"));
    runner.add({"zypper", "--version"}, ReplayRunner::exited(0, "zypper 1.14.42\n"));
  }
  void put(const std::string& path, const std::string& content) {
    fs::create_directories((folder.path() / "root" / path).parent_path());
    write_atomically(folder.path() / "root" / path, content);
  }
  HostAccess access() { return {runner, folder.path() / "root", folder.path() / "cache", Time{}}; }
  Findings collect() { return choose_zypper(access()).collector->collect(); }

  test::TemporaryFolder folder;
  ReplayRunner runner;
};

TEST_CASE("a pending package has what its advisory says") {
  Machine machine;
  machine.runner.add({"list-updates", "patch", "package"}, ReplayRunner::exited(0, list(kPackageRow)));
  const auto findings = machine.collect();
  REQUIRE(findings.updates.size() == 1);
  CHECK(findings.updates[0].cves == std::vector<std::string>{"CVE-2026-1"});
  CHECK(is_security(findings.updates[0]));
  CHECK(findings.tool_version == "1.14.42");
  CHECK(findings.warnings.empty());
}

TEST_CASE("zypper is asked without a refresh, a lock, a network or a log, with a deadline, and for another root") {
  Machine machine;
  machine.runner.add({"list-updates"}, ReplayRunner::exited(0, list("")));
  machine.collect();
  int asked = 0;
  for (const auto& command : machine.runner.commands) {
    if (command.argv.front() != "zypper" || command.argv.back() == "--version") continue;
    ++asked;
    const auto has = [&](const std::string& word) {
      return std::find(command.argv.begin(), command.argv.end(), word) != command.argv.end();
    };
    const auto is_set = [&](const std::string& name, const std::string& value) {
      return std::find(command.environment.begin(), command.environment.end(), std::pair(name, value)) !=
             command.environment.end();
    };
    CHECK(has("--no-refresh"));
    CHECK(has("--non-interactive"));
    CHECK(has("--root"));
    CHECK(is_set("ZYPP_READONLY_HACK", "1"));
    CHECK(is_set("ZYPP_LOCK_TIMEOUT", "10"));
    CHECK(is_set("ZYPP_LOGFILE", "/dev/null"));
    CHECK(is_set("https_proxy", "http://127.0.0.1:9"));
    CHECK(command.deadline.count() > 0);
  }
  CHECK(asked == 2);  // the second because the advisory is newer than what it would install
}

struct Ill {
  const char* what;
  ProcessResult result;
  FailureKind kind;
};

TEST_CASE("edge-113: whatever ends zypper, there is a failure and no empty list") {
  ProcessResult late;
  late.ending = Ending::timed_out;
  ProcessResult killed;
  killed.ending = Ending::signalled;
  killed.signal = 9;
  ProcessResult missing;
  missing.start_error = 2;
  const Ill all[] = {
      {"late", late, FailureKind::timed_out},
      {"out of memory", killed, FailureKind::tool_failed},
      {"not installed", missing, FailureKind::tool_missing},
      {"locked", ReplayRunner::exited(7, "<stream><message type=\"error\">locked by pid 1</message></stream>"),
       FailureKind::locked},
      {"cut off", ReplayRunner::exited(0, list(kPackageRow).substr(0, 150)), FailureKind::unparseable},
      {"empty", ReplayRunner::exited(0, ""), FailureKind::unparseable},
      {"no repositories",
       ReplayRunner::exited(
           0,
           "<stream><message type=\"warning\">No repositories defined. Operating only with the installed "
           "resolvables.</message><update-list><appletinfo status=\"no-update-repositories\"/>"
           "</update-list></stream>"),
       FailureKind::disabled},
      {"database damaged", ReplayRunner::exited(4, "<stream/>", "error: rpmdb: BDB0113 Thread/process failed"),
       FailureKind::tool_failed},
      {"unknown exit code", ReplayRunner::exited(77, list("")), FailureKind::tool_failed}};
  for (const auto& ill : all) {
    CAPTURE(ill.what);
    // Whichever of the questions it is.
    for (const auto& answers : {std::vector{ill.result}, std::vector{ReplayRunner::exited(0, kStackFirst), ill.result},
                                std::vector{ReplayRunner::exited(0, list("")), ill.result}}) {
      Machine machine;
      if (answers.size() > 1) machine.runner.add({"list-updates", "patch"}, answers.front());
      machine.runner.add({"list-updates"}, answers.back());
      try {
        machine.collect();
        FAIL("no failure");
      } catch (const CollectorError& error) {
        CHECK(error.kind == ill.kind);
        CHECK(std::string(error.what()).size() > 10);
      }
    }
  }
}

TEST_CASE("packages that zypper does not list beside a patch for itself are asked for alone") {
  Machine machine;
  machine.runner.add({"list-updates", "patch"}, ReplayRunner::exited(0, kStackFirst));
  machine.runner.add({"list-updates"}, ReplayRunner::exited(0, list(kPackageRow)));
  const auto findings = machine.collect();
  REQUIRE(findings.updates.size() == 2);
  CHECK(findings.updates[0].name == "alpha");
  CHECK(findings.updates[0].state == UpdateState::installable);
  CHECK(findings.updates[1].name == "SUSE-0");
}

TEST_CASE("repositories without any patch, as Tumbleweed's, are no failure") {
  constexpr const char* kNoPatches = "<appletinfo status=\"no-update-repositories\"/>\n";
  Machine machine;
  machine.runner.add({"list-updates"}, ReplayRunner::exited(0, list(std::string(kNoPatches) + kPackageRow)));
  CHECK(machine.collect().updates.size() == 1);
  Machine empty;
  empty.runner.add({"list-"},
                   ReplayRunner::exited(0,
                                        "<stream><message type=\"warning\">No repositories defined. Operating only "
                                        "with the installed resolvables.</message>" +
                                            std::string(kNoPatches) + "</stream>\n"));
  CHECK_THROWS_WITH_AS(empty.collect(), doctest::Contains("no repository could be asked"), CollectorError);
}

TEST_CASE("edge-115: no repository, and none that was fetched, are failures before zypper is asked") {
  Machine none;
  none.put("etc/zypp/repos.d/updates.repo", "[updates]\nenabled=0\nbaseurl=https://example.org/updates\n");
  CHECK_THROWS_WITH_AS(none.collect(), doctest::Contains("no repository enabled"), CollectorError);
  Machine unfetched;
  fs::remove_all(unfetched.folder.path() / "root/var/cache");
  CHECK_THROWS_WITH_AS(unfetched.collect(), doctest::Contains("zypper refresh"), CollectorError);
}

TEST_CASE("edge-116: zypper is not asked about a repository that was never fetched, and the answer is incomplete") {
  Machine machine;
  machine.put("etc/zypp/repos.d/late.repo", "[late]\nenabled=1\nbaseurl=https://example.org/late\n");
  machine.runner.add({"list-", "--repo=updates"}, ReplayRunner::exited(0, list("")));
  const auto findings = machine.collect();
  REQUIRE(findings.warnings.size() >= 1);
  CHECK(findings.warnings[0].code == "never_fetched");
  CHECK(findings.warnings[0].incomplete);
}

TEST_CASE("a file that repomd.xml names outside the repository is not read") {
  Machine machine;
  machine.put("var/cache/zypp/raw/updates/repodata/repomd.xml",
              "<repomd><data type=\"updateinfo\"><location href=\"../../../../../../etc/shadow\"/></data></repomd>");
  machine.runner.add({"list-"}, ReplayRunner::exited(0, list("")));
  const auto findings = machine.collect();
  REQUIRE(findings.warnings.size() == 1);
  CHECK(findings.warnings[0].code == "index_damaged");
}

TEST_CASE("zypper fits where it is configured and rpm has a database") {
  Machine machine;
  CHECK(choose_zypper(machine.access()).fits);
  fs::remove_all(machine.folder.path() / "root/etc/zypp");
  CHECK_FALSE(choose_zypper(machine.access()).fits);
  fs::remove_all(machine.folder.path() / "root/var/lib/rpm");
  CHECK(choose_zypper(machine.access()).reason.starts_with("no rpm database"));
}

TEST_CASE("the fingerprint changes with locks, repositories, metadata and packages, and not by touching metadata") {
  Machine machine;
  const auto fingerprint = [&] { return choose_zypper(machine.access()).fingerprint; };
  std::string before = fingerprint();
  const auto changed = [&] {
    const std::string now = fingerprint();
    const bool is_other = now != before;
    before = now;
    return is_other;
  };
  machine.put("etc/zypp/locks", "solvable_name: alpha\n");
  CHECK(changed());
  machine.put("etc/zypp/repos.d/more.repo", "[more]\n");
  CHECK(changed());
  machine.put("var/lib/rpm/rpmdb.sqlite", std::string("SQLite format 3\0", 16) + "other");
  CHECK(changed());
  machine.put("var/cache/zypp/raw/updates/repodata/repomd.xml", kRepomd);  // as `zypper refresh` does
  CHECK_FALSE(changed());
  machine.put("var/cache/zypp/raw/updates/repodata/repomd.xml", std::string(kRepomd) + "\n");
  CHECK(changed());
}

}  // namespace
}  // namespace patchstate::zypper
