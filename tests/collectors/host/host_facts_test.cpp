// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/host_facts.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assessment/assessment_json.h"
#include "collectors/host/ubuntu_pro_output.h"
#include "platform/machine.h"
#include "tests/support/in_child.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

HostFacts read(const std::filesystem::path& root, Time now = {}) {
  test::ReplayRunner runner;
  HostAccess access{runner, root, {}, {}};
  access.now = now;
  return read_host_facts(access);
}

const Warning* warning(const HostFacts& facts, const char* code) {
  const auto found =
      std::find_if(facts.warnings.begin(), facts.warnings.end(), [&](const Warning& one) { return one.code == code; });
  return found == facts.warnings.end() ? nullptr : &*found;
}

void add_debian(const test::TemporaryFolder& root) {
  root.write(
      "usr/lib/os-release",
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
  root.link("etc/os-release", "/usr/lib/os-release");
  root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  root.write("etc/hostname", "web1.example.org\n");
  root.write("usr/lib/modules/6.1.0-9-amd64/x", "");
  root.write("usr/lib/modules/6.1.0-13-amd64/x", "");
  root.link("lib", "usr/lib");
  root.write("boot/vmlinuz-6.1.0-9-amd64", "");
  root.write("boot/vmlinuz-6.1.0-13-amd64", "");
  root.write("usr/share/distro-info/debian.csv",
             "version,codename,series,created,release,eol,eol-lts\n"
             "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30\n");
}

}  // namespace

TEST_CASE("another root is described by what is below it, and nothing of this machine") {
  const test::TemporaryFolder root;
  add_debian(root);
  const auto facts = read(root.path());
  CHECK(facts.warnings.empty());
  CHECK(facts.host.id == "26ab3ad1-4e2b-4a17-ba12-0efdaa2bd9f8");
  CHECK(facts.host.hostname == "web1.example.org");
  CHECK(facts.host.os.id == "debian");
  CHECK(facts.host.os.version_id == "12");
  CHECK(facts.host.os.name == "Debian GNU/Linux 12 (bookworm)");
  REQUIRE(facts.host.os.end_of_support);
  CHECK(*facts.host.os.end_of_support == std::chrono::sys_days{std::chrono::year{2028} / 7 / 1});
  CHECK(facts.host.os.end_of_support_source == "distro-info-data, eol-lts of bookworm");
  CHECK(facts.host.kernel_installed == "6.1.0-13-amd64");
  CHECK(facts.host.kernel_running.empty());
  CHECK_FALSE(facts.host.boot_time);
  CHECK(facts.host.virtualization.empty());
  CHECK_FALSE(facts.host.container);
  CHECK_FALSE(facts.host.cloud);
}

TEST_CASE("the running system is described by itself") {
  const auto facts = read("/");
  CHECK(facts.host.kernel_running == running_kernel());
  CHECK(facts.host.boot_time);
  CHECK(facts.host.hostname == hostname("/"));
  CHECK(facts.host.container == virtualization().container);
  CHECK_FALSE(facts.host.arch.empty());
  CHECK_FALSE(facts.host.os.id.empty());
}

TEST_CASE("without os-release nobody can say whether this system is still supported: incomplete") {
  const test::TemporaryFolder root;
  const auto facts = read(root.path());
  REQUIRE(warning(facts, "os_release_missing") != nullptr);
  CHECK(warning(facts, "os_release_missing")->incomplete);
  CHECK(facts.host.os.id.empty());
}

TEST_CASE("an os-release that can't be used costs its facts, never the host") {
  struct Case {
    const char* name;
    std::string content;
  } const cases[] = {{"empty", ""},
                     {"binary", std::string(5'000, '\xfe')},
                     {"NUL", std::string(5'000, '\0')},
                     {"no ID", "NAME=Something\n"},
                     {"cut", "ID=\"deb"},
                     {"too long", "ID=debian\n" + std::string(100'000, '#')}};
  for (const auto& [name, content] : cases) {
    const auto& shown = name;
    CAPTURE(shown);
    const test::TemporaryFolder root;
    root.write("etc/os-release", content);
    root.write("etc/hostname", "web1\n");
    const auto facts = read(root.path());
    REQUIRE(warning(facts, "os_release_unreadable") != nullptr);
    CHECK(warning(facts, "os_release_unreadable")->incomplete);
    CHECK(facts.host.hostname == "web1");
  }
}

TEST_CASE("an os-release that is no file neither hangs nor ends the assessment") {
  const test::TemporaryFolder fifo;
  std::filesystem::create_directories(fifo / "etc");
  ::mkfifo((fifo / "etc/os-release").c_str(), 0600);
  CHECK(warning(read(fifo.path()), "os_release_unreadable") != nullptr);
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "etc/os-release");
  CHECK(warning(read(folder.path()), "os_release_unreadable") != nullptr);
  const test::TemporaryFolder circle;
  circle.link("etc/os-release", "os-release");
  circle.link("etc/machine-id", "machine-id");
  circle.link("etc/hostname", "/etc/hostname");
  circle.link("boot", "boot");
  circle.link("lib", "lib");
  CHECK(warning(read(circle.path()), "os_release_unreadable") != nullptr);
}

TEST_CASE("a line that is no KEY=value is told, and hides nothing") {
  const test::TemporaryFolder root;
  add_debian(root);
  root.write("usr/lib/os-release", "ID=debian\nVERSION_ID=12\nwhat is this?\n");
  const auto facts = read(root.path());
  REQUIRE(warning(facts, "os_release_lines") != nullptr);
  CHECK(warning(facts, "os_release_lines")->incomplete);
  CHECK(facts.host.os.id == "debian");
  CHECK(facts.host.os.end_of_support);
}

TEST_CASE("the copy in /usr/lib counts when /etc has none") {
  const test::TemporaryFolder root;
  root.write("usr/lib/os-release", "ID=alpine\nVERSION_ID=3.19\n");
  CHECK(read(root.path()).host.os.id == "alpine");
}

TEST_CASE("Ubuntu's ESM needs its source, switched on, and a subscription that serves it") {
  constexpr const char* kSource = "deb https://esm.example.org bionic-infra-security main\n";
  const auto has_esm = [](const char* source, const char* status, const char* token = nullptr) {
    const test::TemporaryFolder root;
    root.write("etc/os-release", "ID=ubuntu\nVERSION_ID=\"18.04\"\nVERSION_CODENAME=bionic\n");
    root.write("usr/share/distro-info/ubuntu.csv",
               "version,codename,series,created,release,eol,eol-server,eol-esm\n"
               "18.04 LTS,Bionic Beaver,bionic,2017-10-19,2018-04-26,2023-05-31,2023-05-31,2028-04-26\n");
    root.write("etc/apt/sources.list.d/ubuntu-esm-infra.list", source);
    root.write("var/lib/ubuntu-advantage/status.json", status);
    if (token != nullptr) root.write("var/lib/ubuntu-advantage/private/machine-token.json", token);
    const auto now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 28};
    return read(root.path(), now).host.os.end_of_support_source == "distro-info-data, eol-esm of bionic";
  };
  CHECK(has_esm(kSource, R"({"attached": true})"));
  CHECK(has_esm(kSource, R"({"attached": true, "expires": "9999-12-31T00:00:00+00:00",
                             "services": [{"name": "livepatch", "status": "disabled"},
                                          {"name": "esm-infra", "status": "enabled"}]})"));
  CHECK_FALSE(has_esm("", R"({"attached": true})"));
  CHECK_FALSE(has_esm("# deb https://esm.example.org bionic-infra-security main\n", R"({"attached": true})"));
  CHECK_FALSE(has_esm(kSource, R"({"attached": false})", "{}"));
  CHECK_FALSE(has_esm(kSource, R"({"attached": true, "services": [{"name": "esm-infra", "status": "disabled"}]})"));
  // An expired contract is served for two weeks more.
  CHECK(has_esm(kSource, R"({"attached": true, "expires": "2026-11-20T00:00:00+00:00"})"));
  CHECK_FALSE(has_esm(kSource, R"({"attached": true, "expires": "2026-11-10T00:00:00+00:00"})"));
  for (const char* broken : {"", "{", "[]", "null", R"({"attached": "true"})", R"({"attached": 1})", "\xff\xfe"}) {
    CHECK_FALSE(has_esm(kSource, broken));
    CHECK(has_esm(kSource, broken, "{}"));
  }
}

TEST_CASE("a source that is commented out or switched off is none, in either format of apt's") {
  CHECK(names_a_source("deb [signed-by=/x] https://esm.example.org a main\n"));
  CHECK(names_a_source("# off\n\tdeb\thttps://esm.example.org a main"));
  CHECK_FALSE(names_a_source("# deb https://esm.example.org a main # disabled on upgrade\n"));
  CHECK_FALSE(names_a_source("deb-src https://esm.example.org a main\n"));
  CHECK(names_a_source("Types: deb\nURIs: https://esm.example.org\nSuites: a\nComponents: main\n"));
  CHECK(names_a_source("Enabled: yes\r\nTypes: deb-src deb\r\nURIs: https://esm.example.org\r\n"));
  CHECK_FALSE(names_a_source("Types: deb\nEnabled: No\nURIs: https://esm.example.org\n"));
  CHECK_FALSE(names_a_source("Types: deb-src\nURIs: https://esm.example.org\n"));
  CHECK(names_a_source("Types: deb\nEnabled: no\n\nTypes: deb\n"));
  CHECK_FALSE(names_a_source("\n\nnonsense\n:\n"));
  CHECK_FALSE(names_a_source(""));
}

TEST_CASE("a root without tables is looked up in this machine's, and the source says so") {
  const test::TemporaryFolder root;
  root.write("etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n");
  const bool here = std::filesystem::exists("/usr/share/distro-info/debian.csv");
  CHECK(read(root.path()).host.os.end_of_support_source ==
        std::string("distro-info-data, eol-lts of bookworm, ") +
            (here ? "the table of the assessing machine" : "patchstate's own copy of 2026-11-28"));
}

TEST_CASE("edge-62: a release that has ended is known to have, though neither os-release nor a table says so") {
  const auto end_of = [](const char* os_release, const char* repository = "") {
    const test::TemporaryFolder root;
    root.write("etc/os-release", os_release);
    root.write("etc/yum.repos.d/some.repo", repository);
    const auto end = read(root.path()).host.os.end_of_support;
    return end ? format_time(*end).substr(0, 10) : "";
  };
  CHECK(end_of("ID=centos\nNAME=\"CentOS Linux\"\nVERSION_ID=7\n") == "2024-07-01");
  CHECK(end_of("ID=centos\nNAME=\"CentOS Linux\"\nVERSION_ID=8\n") == "2022-01-01");
  CHECK(end_of("ID=centos\nNAME=\"CentOS Stream\"\nVERSION_ID=8\n") == "2024-06-01");
  CHECK(end_of("ID=centos\nNAME=\"CentOS Stream\"\nVERSION_ID=9\n").empty());
  CHECK(end_of("ID=opensuse-leap\nVERSION_ID=15.5\n") == "2025-01-01");
  CHECK(end_of("ID=opensuse-leap\nVERSION_ID=15.6\n").empty());
  CHECK(end_of("ID=amzn\nVERSION_ID=2018.03\n") == "2024-01-01");
  CHECK(end_of("ID=amzn\nVERSION_ID=2\n").empty());
  CHECK(end_of("ID=amzn\nVERSION_ID=2\nSUPPORT_END=2026-06-30\n") == "2026-06-30");
  CHECK(end_of("ID=rhel\nVERSION_ID=8.10\n").empty());
  SUBCASE("a vendor goes on for those who have its repository of extended support") {
    const char* const rhel = "ID=rhel\nNAME=\"Red Hat Enterprise Linux Server\"\nVERSION_ID=7.9\n";
    CHECK(end_of(rhel) == "2024-07-01");
    CHECK(end_of(rhel, "[rhel-7-server-rpms]\nbaseurl=https://a.example.org\nenabled = 1\n") == "2024-07-01");
    CHECK(end_of(rhel, "[rhel-7-server-els-rpms]\nbaseurl=https://a.example.org\nenabled = 0\n") == "2024-07-01");
    CHECK(end_of(rhel, "[rhel-7-server-els-rpms]\nbaseurl=https://a.example.org\nenabled = 1\n").empty());
    const char* const oracle = "ID=ol\nVERSION_ID=7.9\n";
    CHECK(end_of(oracle) == "2025-01-01");
    CHECK(end_of(oracle, "[mirror_of_ol7_els]\nbaseurl=https://a.example.org\n").empty());
  }
}

TEST_CASE("a /boot that can't be looked into is told") {
  const test::TemporaryFolder root;
  add_debian(root);
  std::filesystem::permissions(root / "boot", std::filesystem::perms::none);
  CHECK(test::holds_in_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return false;
    const auto facts = read(root.path());
    return facts.host.kernel_installed.empty() && warning(facts, "boot_unreadable") != nullptr;
  }));
  std::filesystem::permissions(root / "boot", std::filesystem::perms::owner_all);
}
