// SPDX-License-Identifier: Apache-2.0
// Asking dnf 4, dnf5, tdnf and yum, with what their commands answer played back: every way in which they can fail.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/dnf/dnf_refresh.h"
#include "tests/collectors/dnf/replayed_machine.h"

namespace patchstate::dnf {
namespace {

struct Dnf5 : Machine {
  Dnf5() : Machine("var/cache/libdnf5/updates-0123456789abcdef") {}
  /// All its answers, but for those that a test has given before.
  Findings answer() {
    runner.add({"dnf5", "--version"}, ReplayRunner::exited(0, "dnf5 version 5.4.6.0\n"));
    runner.add({"dnf5", "check-upgrade", "--json"},
               ReplayRunner::exited(
                   0, R"({"upgrades":[{"name":"bash","arch":"x86_64","evr":"2-1","repository":"updates"}]})"));
    runner.add({"dnf5", "list", "--obsoletes"}, ReplayRunner::exited(0, "{}"));
    runner.add({"dnf5", "advisory", "info"},
               ReplayRunner::exited(
                   0, R"([{"Name":"A:1","Type":"security","Severity":"Important","references":[{"Id":"CVE-2026-1000",)"
                      R"("Type":"cve"}],"collections":{"packages":["bash-2-1.x86_64"]}}])"));
    runner.add({"dnf5", "repo", "info"},
               ReplayRunner::exited(0, R"([{"id":"updates","timestamp":1700000000,"is_enabled":true}])"));
    runner.add({"dnf5", "upgrade", "--assumeno"},
               ReplayRunner::exited(1, "Upgrading:\n bash x86_64 0:2-1 updates 1 B\n\nTransaction Summary:\n"));
    return ask(Tool::dnf5, "dnf5");
  }
};

struct Failed {
  FailureKind kind = FailureKind::internal;
  std::string code;
  std::string message;
};

template <class Ask>
Failed failure_of(Ask ask) {
  try {
    ask();
  } catch (const CollectorError& error) {
    return {error.kind, error.error_code, error.what()};
  }
  FAIL("it answered");
  return {};
}

ProcessResult ended(Ending ending, int signal = 0) {
  ProcessResult result;
  result.ending = ending;
  result.signal = signal;
  return result;
}

}  // namespace

TEST_CASE("edge-52: the release is read where dnf and yum have it pinned, dnf's own word last") {
  Dnf5 machine;
  machine.root.write("etc/yum/vars/releasever", "8.4\n");
  machine.root.write("etc/dnf/vars/releasever", "8.6\n");
  const Findings findings = machine.answer();
  const auto pinned = std::find_if(findings.warnings.begin(), findings.warnings.end(),
                                   [](const Warning& one) { return one.code == "release_pinned"; });
  REQUIRE(pinned != findings.warnings.end());
  CHECK(pinned->message.find("8.6") != std::string::npos);
}

TEST_CASE("dnf5, tdnf and yum say the same of one machine") {
  SUBCASE("dnf5") {
    Dnf5 machine;
    const Findings findings = machine.answer();
    is_the_security_update(findings);
    CHECK(findings.warnings.empty());
    CHECK(findings.tool_version == "5.4.6.0");
  }
  SUBCASE("a dnf5 without JSON") {
    Dnf5 machine;
    const std::string unknown = "Unknown argument \"--json\" for command \"x\". Add \"--help\" for more information.\n";
    for (const char* const command : {"check-upgrade", "list", "advisory", "repo"})
      machine.runner.add({"dnf5", command, "--json"}, ReplayRunner::exited(2, "", unknown));
    machine.runner.add({"dnf5", "check-upgrade"}, ReplayRunner::exited(100, "bash.x86_64 2-1 updates\n"));
    machine.runner.add({"dnf5", "list", "--obsoletes"}, ReplayRunner::exited(1, "", "No matching packages to list\n"));
    machine.runner.add({"dnf5", "advisory", "list"},
                       ReplayRunner::exited(0,
                                            "Name Type     Severity  Package         Issued\n"
                                            "A:1  security Important bash-2-1.x86_64 2026-01-02 03:04:05\n"));
    const Findings findings = machine.answer();
    REQUIRE(findings.updates.size() == 1);
    CHECK(is_security(findings.updates[0]));
    CHECK(has_warning(findings, "read_from_text"));
  }
  SUBCASE("a dnf5 that has no file locks") {
    Dnf5 machine;
    machine.runner.add({"dnf5", "--skip-file-locks"},
                       ReplayRunner::exited(2, "", "Unknown argument \"--skip-file-locks\" for command \"dnf5\".\n"));
    is_the_security_update(machine.answer());
  }
  SUBCASE("tdnf") {
    Machine machine("var/cache/tdnf/updates");
    machine.runner.add({"tdnf", "repolist"},
                       ReplayRunner::exited(0, R"([{"Repo":"updates","RepoName":"u","Enabled":true}])"));
    machine.runner.add({"tdnf", "list", "updates"},
                       ReplayRunner::exited(0, R"([{"Name":"bash","Arch":"x86_64","Evr":"1.5-1","Repo":"updates"},)"
                                               R"({"Name":"bash","Arch":"x86_64","Evr":"2-1","Repo":"updates"}])"));
    is_the_security_update(machine.ask(Tool::tdnf, "tdnf"));
  }
  SUBCASE("yum") {
    Machine machine("var/cache/yum/x86_64/7Server/updates");
    machine.runner.add({"yum", "check-update"}, ReplayRunner::exited(100, "\nbash.x86_64   2-1   updates\n"));
    machine.runner.add({"yum", "updateinfo", "list", "available"},
                       ReplayRunner::exited(0, "A:1 Important/Sec. bash-2-1.x86_64\n"));
    machine.runner.add({"yum", "updateinfo", "list", "cves"},
                       ReplayRunner::exited(0, "CVE-2026-1000 Important/Sec. bash-2-1.x86_64\n"));
    const Findings findings = machine.ask(Tool::yum, "yum");
    is_the_security_update(findings);
    CHECK(has_warning(findings, "read_from_text"));
  }
}

TEST_CASE("edge-73, edge-113: a .repo file that is broken or can't be read is told, whatever the tool makes of it") {
  const auto codes_of = [](Machine& machine, Tool tool, const std::string& program) {
    std::vector<std::string> codes;
    for (const auto& warning : machine.ask(tool, program).warnings)
      if (warning.incomplete) codes.push_back(warning.code);
    return codes;
  };
  SUBCASE("yum") {
    Machine machine("var/cache/yum/x86_64/7Server/updates");
    machine.runner.add({"yum"}, ReplayRunner::exited(0, ""));
    CHECK(codes_of(machine, Tool::yum, "yum").empty());
    machine.root.write("etc/yum.repos.d/broken.repo", "[vendor\nbaseurl=file:///nonexistent\n");
    CHECK(codes_of(machine, Tool::yum, "yum") == std::vector<std::string>{"not_understood", "not_understood"});
  }
  SUBCASE("tdnf") {
    Machine machine("var/cache/tdnf/updates");
    machine.runner.add({"tdnf", "repolist"}, ReplayRunner::exited(0, R"([{"Repo":"updates","RepoName":"u"}])"));
    machine.runner.add({"tdnf", "list"}, ReplayRunner::exited(0, "[]"));
    CHECK(codes_of(machine, Tool::tdnf, "tdnf").empty());
    machine.root.write("etc/yum.repos.d/a_folder.repo/file", "");
    CHECK(codes_of(machine, Tool::tdnf, "tdnf") == std::vector<std::string>{"source_unreadable"});
  }
  SUBCASE("dnf5") {
    Dnf5 machine;
    machine.root.write("etc/yum.repos.d/a_folder.repo/file", "");
    CHECK(has_warning(machine.answer(), "source_unreadable"));
  }
}

TEST_CASE("edge-107: yum that says there are updates and prints none is no empty list") {
  Machine machine("var/cache/yum/x86_64/7Server/updates");
  machine.runner.add({"yum", "updateinfo"}, ReplayRunner::exited(0, ""));
  machine.runner.add({"yum", "check-update"}, ReplayRunner::exited(100, "\n"));
  CHECK(failure_of([&] { machine.ask(Tool::yum, "yum"); }).kind == FailureKind::unparseable);
}

TEST_CASE("a tool that gives no answer is a failure of the kind that somebody acts on") {
  struct {
    const char* what;
    ProcessResult result;
    FailureKind kind;
    const char* code;
    const char* says;
  } const cases[] = {
      {"edge-119: locked", ReplayRunner::exited(200, "", "Error: Failed to obtain the transaction lock\n"),
       FailureKind::locked, "200", "another dnf"},
      {"edge-29: yum's lock",
       ReplayRunner::exited(1, "",
                            "Another app is currently holding the yum lock; exiting as configured by exit_on_lock\n"),
       FailureKind::locked, "1", "another yum"},
      {"edge-3", ReplayRunner::exited(1, "", "Error: Failed to synchronize cache for repo 'baseos'\n"),
       FailureKind::unreachable, "1", "makecache"},
      {"edge-4: metadata",
       ReplayRunner::exited(1, "", "Error: Cannot retrieve repository metadata (repomd.xml) for repository: rhel.\n"),
       FailureKind::unreachable, "1", "makecache"},
      {"edge-4, edge-52: certificate",
       ReplayRunner::exited(1, "", "Error: [Errno 14] curl#56 - \"SSL peer rejected your certificate as expired.\"\n"),
       FailureKind::unreachable, "1", "RHUI"},
      {"edge-10: no repository", ReplayRunner::exited(1, "", "Error: There are no enabled repos.\n"),
       FailureKind::disabled, "1", "repolist"},
      {"edge-28: database",
       ReplayRunner::exited(
           1, "", "error: rpmdb: BDB0113 Thread/process 1/2 failed: BDB1507 Thread died in Berkeley DB library\n"),
       FailureKind::tool_failed, "rpmdb_damaged", "rebuild"},
      {"no cache", ReplayRunner::exited(1, "", "Cache-only enabled but no cache for repository \"gone\"\n"),
       FailureKind::unreachable, "1", "makecache"},
      {"edge-113: an unknown exit code", ReplayRunner::exited(77, "", "Something else\n"), FailureKind::tool_failed,
       "77", "Something else"},
      {"in another language", ReplayRunner::exited(1, "", "Fehler: Es gibt keine aktivierten Paketquellen\n"),
       FailureKind::tool_failed, "1", "Fehler"},
      {"edge-30: late", ended(Ending::timed_out), FailureKind::timed_out, "", "lock"},
      {"killed for lack of memory", ended(Ending::signalled, 9), FailureKind::tool_failed, "signal 9", "memory"},
      {"endless", ended(Ending::too_much_output), FailureKind::unparseable, "", ""},
      {"not JSON", ReplayRunner::exited(0, "Updating and loading repositories:\n"), FailureKind::unparseable, "", ""},
      {"edge-107: nothing", ReplayRunner::exited(0, ""), FailureKind::unparseable, "", ""},
  };
  for (const auto& one : cases)
    for (const char* const command : {"check-upgrade", "advisory", "repo", "list"}) {
      CAPTURE(one.what);
      CAPTURE(command);
      Dnf5 machine;
      machine.runner.add({"dnf5", command}, one.result);
      const Failed failed = failure_of([&] { machine.answer(); });
      CHECK(failed.kind == one.kind);
      CHECK(failed.code == one.code);
      CHECK_MESSAGE(failed.message.find(one.says) != std::string::npos, failed.message);
    }
}

TEST_CASE("edge-99: a password in an address never gets into a message") {
  Dnf5 machine;
  machine.runner.add({"dnf5", "repo"},
                     ReplayRunner::exited(1, "", "Curl error (7): for https://user:secret@example.org/repomd.xml\n"));
  CHECK(failure_of([&] { machine.answer(); }).message.find("secret") == std::string::npos);
}

TEST_CASE("edge-53: an upgrade that dnf5 can't plan leaves the updates, with a warning") {
  Dnf5 machine;
  machine.runner.add({"dnf5", "--assumeno"}, ReplayRunner::exited(1, "", "Failed to resolve the transaction\n"));
  const Findings findings = machine.answer();
  is_the_security_update(findings);
  CHECK(has_warning(findings, "dependencies_broken"));
}

TEST_CASE("a repository that dnf5 skipped is said") {
  Dnf5 machine;
  machine.runner.add(
      {"dnf5", "repo"},
      ReplayRunner::exited(0, R"([{"id":"updates","timestamp":1700000000},{"id":"gone","timestamp":-1}])"));
  CHECK(has_warning(machine.answer(), "never_fetched"));
}

TEST_CASE("a refresh that ended well names the repositories that it passed over") {
  const Time began{std::chrono::seconds{1000}};
  const Time before{std::chrono::seconds{500}};
  const Time after{std::chrono::seconds{1002}};
  const auto warnings = left_out({{"gone", before}, {"there", before}, {"just before", began}},
                                 {{"gone", before}, {"there", after}, {"just before", began}, {"new", after}}, began);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == "refresh_warning");
  CHECK(warnings[0].subject == "gone");
  CHECK_FALSE(warnings[0].incomplete);
}

TEST_CASE("a repository's name that is no UTF-8 costs no answer") {
  const auto repositories = [](const std::string& key) {
    return ReplayRunner::exited(0, "[{\"" + key + "\":\"updates\",\"name\":\"v\xe4ndor\",\"timestamp\":1700000000}]");
  };
  Dnf5 dnf5;
  dnf5.runner.add({"dnf5", "repo", "info"}, repositories("id"));
  is_the_security_update(dnf5.answer());
  Machine machine("var/cache/tdnf/updates");
  machine.runner.add({"tdnf", "repolist"}, repositories("Repo"));
  machine.runner.add({"tdnf", "list"},
                     ReplayRunner::exited(0, R"([{"Name":"bash","Arch":"x86_64","Evr":"2-1","Repo":"updates"}])"));
  is_the_security_update(machine.ask(Tool::tdnf, "tdnf"));
}

TEST_CASE("what is missing on this machine is said, not passed over") {
  SUBCASE("the tool") {
    Machine machine("var/cache/dnf/updates-0123456789abcdef");
    CHECK(failure_of([&] { machine.ask(Tool::dnf4, ""); }).kind == FailureKind::tool_missing);
  }
  SUBCASE("a program that is no script where dnf 4 is expected") {
    Machine machine("var/cache/dnf/updates-0123456789abcdef");
    const auto program = machine.root.write("dnf-3",
                                            "\x7f"
                                            "ELF");
    CHECK(failure_of([&] { machine.ask(Tool::dnf4, program.string()); }).kind == FailureKind::unsupported);
  }
  SUBCASE("edge-28: the database is none") {
    Dnf5 machine;
    machine.root.write("var/lib/rpm/rpmdb.sqlite", "garbage that is no database at all");
    CHECK(failure_of([&] { machine.answer(); }).kind == FailureKind::tool_failed);
  }
}

TEST_CASE("which systems the collector fits, and why not") {
  const auto reason = [](const test::TemporaryFolder& root) {
    ReplayRunner runner;
    const CollectorChoice choice = choose_dnf({runner, root.path(), {}, {}});
    CHECK(choice.fits == (choice.collector != nullptr));
    return (choice.fits ? "fits: " : "not: ") + choice.reason;
  };
  SUBCASE("nothing") {
    const test::TemporaryFolder root;
    CHECK(reason(root) == "not: no rpm database");
  }
  SUBCASE("Fedora") {
    const Machine machine("var/cache/libdnf5/updates-0123456789abcdef");
    CHECK(reason(machine.root).starts_with("fits: "));
    CHECK(reason(machine.root).find("libdnf5") != std::string::npos);
  }
  SUBCASE("the tool that is installed before the cache that is there") {
    const Machine machine("var/cache/dnf/updates-0123456789abcdef");
    machine.root.write("usr/bin/dnf5", "");
    CHECK(reason(machine.root).find("dnf5 is installed") != std::string::npos);
  }
  SUBCASE("Debian with rpm tools") {
    const Machine machine("x");
    machine.root.write("etc/os-release", "ID=debian\n");
    CHECK(reason(machine.root).find("apt") != std::string::npos);
    CHECK(reason(machine.root).starts_with("not: "));
  }
  SUBCASE("openSUSE with dnf") {
    const Machine machine("x");
    machine.root.write("etc/os-release", "ID=opensuse-leap\nID_LIKE=suse\n");
    machine.root.write("etc/zypp/zypp.conf", "");
    CHECK(reason(machine.root).find("zypper") != std::string::npos);
    CHECK(reason(machine.root).starts_with("not: "));
  }
  SUBCASE("edge-91: an unknown distribution with dnf") {
    const Machine machine("x");
    machine.root.write("etc/os-release", "ID=whatever\n");
    CHECK(reason(machine.root).starts_with("fits: "));
  }
}

TEST_CASE("the fingerprint changes with what the answer depends on, and with nothing else") {
  const Machine machine("var/cache/dnf/updates-0123456789abcdef");
  ReplayRunner runner;
  const auto print = [&] { return choose_dnf({runner, machine.root.path(), {}, {}}).fingerprint; };
  const std::string before = print();
  CHECK(print() == before);
  SUBCASE("metadata") {
    machine.root.write("var/cache/dnf/updates-0123456789abcdef/repodata/repomd.xml", "<repomd/>");
    CHECK(print() != before);
  }
  SUBCASE("configuration") {
    machine.root.write("etc/dnf/dnf.conf", "[main]\nexcludepkgs=bash\n");
    CHECK(print() != before);
  }
  SUBCASE("a version lock") {
    machine.root.write("etc/dnf/plugins/versionlock.list", "bash-0:1-1.*\n");
    CHECK(print() != before);
  }
  SUBCASE("edge-12: metadata that any of the tools has fetched") {
    for (const char* const folder : {"dnf/new-0123456789abcdef/repodata", "libdnf5/new-0123456789abcdef/repodata",
                                     "tdnf/new/repodata", "yum/x86_64/7Server/new", "yum/new"}) {
      const std::string earlier = print();
      machine.root.write(std::string("var/cache/") + folder + "/repomd.xml", "<repomd/>");
      CHECK_MESSAGE(print() != earlier, folder);
    }
  }
  SUBCASE("what any of the tools is configured by") {
    for (const char* const file :
         {"dnf/dnf.conf", "dnf/dnf.conf.d/a", "dnf/libdnf5.conf.d/a", "dnf/vars/a", "dnf/modules.d/a", "dnf/plugins/a",
          "dnf/repos.override.d/a", "yum.conf", "yum.repos.d/a", "distro.repos.d/a", "yum/a", "yum/vars/a",
          "yum/pluginconf.d/a", "tdnf/tdnf.conf", "tdnf/vars/a", "tdnf/locks.d/a", "os-release"}) {
      const std::string earlier = print();
      machine.root.write(std::string("etc/") + file, "ID=another\n");
      CHECK_MESSAGE(print() != earlier, file);
    }
  }
  SUBCASE("a log") {
    machine.root.write("var/log/dnf.log", "x");
    CHECK(print() == before);
  }
}

}  // namespace patchstate::dnf
