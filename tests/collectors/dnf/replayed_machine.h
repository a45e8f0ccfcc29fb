// SPDX-License-Identifier: Apache-2.0
// A machine for the tests of the tools: what its commands answer is played back.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "collectors/dnf/dnf_collector.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::dnf {

using test::ReplayRunner;

inline constexpr std::string_view kSqlite{"SQLite format 3\0.....", 21};
inline constexpr std::string_view kRepomd =
    "<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1700000000</revision><data type=\"updateinfo\">"
    "<location href=\"repodata/updateinfo.xml\"/></data></repomd>";
inline constexpr std::string_view kUpdateinfo =
    "<updates><update type=\"security\" status=\"final\"><id>A:1</id><severity>Important</severity><references>"
    "<reference type=\"cve\" id=\"CVE-2026-1000\" href=\"\"/></references><pkglist><collection>"
    "<package name=\"bash\" epoch=\"0\" version=\"2\" release=\"1\" "
    "arch=\"x86_64\"/></collection></pkglist></update></updates>";
/// rpm's answer for the names that are asked.
inline const std::string kInstalled = "bash\t0\t1\t1\tx86_64\t1700000000\ttest\n";

/// A system with a database, one repository, and its metadata in the cache of `cache`.
class Machine {
 public:
  explicit Machine(const std::string& cache) {
    root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
    root.write("etc/yum.repos.d/test.repo", "[updates]\nname=updates\nbaseurl=file:///nonexistent\nenabled=1\n");
    root.write("etc/os-release", "ID=fedora\nVERSION_ID=42\n");
    root.write(cache + "/repodata/repomd.xml", kRepomd);
    root.write(cache + "/repodata/updateinfo.xml", kUpdateinfo);
    runner.add({"rpm", "-q"}, ReplayRunner::exited(0, kInstalled));
  }

  Findings ask(Tool tool, const std::string& program) {
    DnfCollector collector({runner, root.path(), {}, {}}, {tool, program, {}});
    return collector.collect();
  }

  test::TemporaryFolder root;
  ReplayRunner runner;
};

inline bool has_warning(const Findings& findings, const std::string& code) {
  for (const auto& warning : findings.warnings)
    if (warning.code == code) return true;
  return false;
}

inline void is_the_security_update(const Findings& findings) {
  REQUIRE(findings.updates.size() == 1);
  const Update& update = findings.updates[0];
  CHECK(update.patch_id == "bash.x86_64");
  CHECK(update.installed_version == "1-1");
  CHECK(update.version == "2-1");
  CHECK(is_security(update));
  CHECK(update.severity == Severity::important);
  CHECK(update.cves == std::vector<std::string>{"CVE-2026-1000"});
}

}  // namespace patchstate::dnf
