// SPDX-License-Identifier: Apache-2.0
// What yum and tdnf leave out, and where it is found.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_tools.h"
#include "platform/files.h"
#include "tests/collectors/dnf/replayed_machine.h"

namespace patchstate::dnf {

TEST_CASE("edge-45: without yum-plugin-security no update can be classified") {
  Machine machine("var/cache/yum/x86_64/6Server/updates");
  machine.runner.add({"yum", "check-update"}, ReplayRunner::exited(100, "bash.x86_64   2-1   updates\n"));
  machine.runner.add({"yum", "updateinfo"},
                     ReplayRunner::exited(1, "", "No such command: updateinfo. Please use /usr/bin/yum --help\n"));
  const Findings findings = machine.ask(Tool::yum, "yum");
  REQUIRE(findings.updates.size() == 1);
  CHECK(is_unclassified(findings.updates[0]));
  CHECK(findings.metadata.missing_advisory_data == std::vector<std::string>{"updates"});
}

TEST_CASE("edge-49: what yum or tdnf hides is held, by whichever of their files") {
  const auto is_held = [](const Findings& findings) {
    REQUIRE(findings.updates.size() == 1);
    CHECK(findings.updates[0].state == UpdateState::held);
    CHECK(is_security(findings.updates[0]));
    CHECK(findings.updates[0].state_reason.find("an exclude or a version lock") != std::string::npos);
  };
  SUBCASE("yum") {
    Machine machine("var/cache/yum/x86_64/7Server/updates");
    const auto rows = ReplayRunner::exited(100, "bash.x86_64   2-1   updates\n");
    SUBCASE("its configuration") {
      machine.root.write("etc/yum.conf", "[main]\nexclude=bash*\n");
      machine.runner.add({"yum", "--disableexcludes=all", "check-update"}, rows);
    }
    SUBCASE("a .repo file") {
      machine.root.write("etc/yum.repos.d/test.repo", "[updates]\nbaseurl=file:///nonexistent\nexclude=bash*\n");
      machine.runner.add({"yum", "--disableexcludes=all", "check-update"}, rows);
    }
    SUBCASE("a version lock") {
      machine.root.write("etc/yum/pluginconf.d/versionlock.list", "# by hand\n0:bash-1-1.*\n");
      machine.runner.add({"yum", "--disableplugin=versionlock", "check-update"}, rows);
    }
    machine.runner.add({"yum"}, ReplayRunner::exited(0, ""));
    is_held(machine.ask(Tool::yum, "yum"));
  }
  SUBCASE("tdnf") {
    Machine machine("var/cache/tdnf/updates");
    SUBCASE("its configuration") {
      machine.root.write("etc/tdnf/tdnf.conf", "[main]\nexcludepkgs=bash\n");
    }
    SUBCASE("a .repo file") {
      machine.root.write("etc/yum.repos.d/test.repo", "[updates]\nbaseurl=file:///nonexistent\nexcludepkgs=bash\n");
    }
    SUBCASE("a lock") {
      machine.root.write("etc/tdnf/locks.d/bash.conf", "bash\n");
    }
    machine.runner.add({"tdnf", "repolist"}, ReplayRunner::exited(0, R"([{"Repo":"updates","RepoName":"u"}])"));
    machine.runner.add({"tdnf", "--disableexcludes", "list"},
                       ReplayRunner::exited(0, R"([{"Name":"bash","Arch":"x86_64","Evr":"2-1","Repo":"updates"}])"));
    machine.runner.add({"tdnf", "list"}, ReplayRunner::exited(0, "[]"));
    is_held(machine.ask(Tool::tdnf, "tdnf"));
  }
}

TEST_CASE("edge-107: yum that lists no advisory while its cache has one for the update does not hide it") {
  Machine machine("var/cache/yum/x86_64/7Server/updates");
  machine.runner.add({"yum", "updateinfo"}, ReplayRunner::exited(0, ""));
  machine.runner.add({"yum", "check-update"}, ReplayRunner::exited(100, "bash.x86_64   2-1   updates\n"));
  SUBCASE("the advisory is in the cache") {
    is_the_security_update(machine.ask(Tool::yum, "yum"));
  }
  SUBCASE("the list in the cache is gone") {
    std::filesystem::remove(machine.root.path() / "var/cache/yum/x86_64/7Server/updates/repodata/updateinfo.xml");
    CHECK(is_unclassified(machine.ask(Tool::yum, "yum").updates.at(0)));
  }
}

TEST_CASE("a check that found nothing new counts, by what the tool touches then") {
  const auto checked = [](const std::string& cache, const std::string& folder, const std::string& touched) {
    const test::TemporaryFolder root;
    const auto repomd =
        root.write(folder + "/repomd.xml",
                   "<repomd><data type=\"primary\"><location href=\"repodata/primary.xml.gz\"/></data></repomd>");
    const auto fetched = std::filesystem::last_write_time(repomd) - std::chrono::hours{72};
    std::filesystem::last_write_time(repomd, fetched);
    const auto other = root.write(touched, "");
    std::filesystem::last_write_time(other, fetched + std::chrono::hours{71});
    Repository repository;
    repository.id = "fedora";
    repository.loaded = true;
    complete_from_cache(root.path(), cache, repository);
    REQUIRE(repository.checked.has_value());
    return *repository.checked - std::chrono::floor<std::chrono::seconds>(file_times(repomd)->modified);
  };
  CHECK(checked("/var/cache/libdnf5", "var/cache/libdnf5/fedora-0123456789abcdef/repodata",
                "var/cache/libdnf5/fedora-0123456789abcdef/repodata/primary.xml.gz") == std::chrono::hours{71});
  CHECK(checked("/var/cache/yum", "var/cache/yum/x86_64/7/fedora", "var/cache/yum/x86_64/7/fedora/cachecookie") ==
        std::chrono::hours{71});
  CHECK(checked("/var/cache/yum", "var/cache/yum/x86_64/7/fedora", "var/cache/yum/x86_64/7/fedora/packages/one") ==
        std::chrono::hours{0});
}

TEST_CASE("edge-51: advisories of an installed kernel are read without an update of it, because an older one may run") {
  Machine machine("var/cache/tdnf/updates");
  std::string updateinfo(kUpdateinfo);
  updateinfo.replace(updateinfo.find("bash"), 4, "kernel");
  machine.root.write("var/cache/tdnf/updates/repodata/updateinfo.xml", updateinfo);
  Snapshot snapshot;
  snapshot.repositories.emplace_back().id = "updates";
  add_installed({"kernel", {"", "2", "1"}, "x86_64"}, snapshot);
  add_cached_advisories(machine.root.path(), "/var/cache/tdnf", snapshot);
  REQUIRE(snapshot.advisories.size() == 1);
  CHECK(snapshot.advisories[0].id == "A:1");
}

}  // namespace patchstate::dnf
