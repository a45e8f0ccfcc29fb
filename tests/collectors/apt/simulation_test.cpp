// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/apt/apt_simulation_output.h"

namespace patchstate::apt {
namespace {

using Names = std::vector<std::string>;

/// "name:qualifier old new arch origin+origin" of every Inst line.
Names installs(const Simulation& simulation) {
  Names all;
  for (const auto& one : simulation.installs) {
    std::string text =
        one.name + ":" + one.qualifier + " " + one.installed + " " + one.candidate + " " + one.version_arch;
    for (const auto& origin : one.origins) text += (&origin == one.origins.data() ? " " : "+") + origin.text;
    all.push_back(text);
  }
  return all;
}

Names offers(const Simulation& simulation) {
  Names all;
  for (const auto& one : simulation.subscription_offers) all.push_back(one.name + " " + one.service);
  return all;
}

constexpr const char* kWhole = R"(Reading package lists...
Building dependency tree...
Reading state information...
Calculating upgrade...
The following packages were automatically installed and are no longer required:
  libc++1-14 libunwind-14
Use 'apt autoremove' to remove them.
The following packages will be REMOVED:
  oldlib
The following NEW packages will be installed:
  linux-headers-5.15.0-86
  linux-image-5.15.0-86-generic
The following packages have been kept back:
  libnetplan0 netplan.io libc6:i386
The following packages will be upgraded:
  linux-generic linux-image-generic
2 upgraded, 2 newly installed, 1 to remove and 3 not upgraded.
Remv oldlib [1.0-1]
Inst linux-headers-5.15.0-86 (5.15.0-86.96 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [all]) []
Inst linux-image-5.15.0-86-generic (5.15.0-86.96 Ubuntu:22.04/jammy-updates [amd64])
Inst linux-generic [5.15.0.69.67] (5.15.0.86.83 Ubuntu:22.04/jammy-updates [amd64]) []
Inst linux-image-generic [5.15.0.69.67] (5.15.0.86.83 Ubuntu:22.04/jammy-updates [amd64])
Conf linux-image-generic (5.15.0.86.83 Ubuntu:22.04/jammy-updates [amd64])
)";

}  // namespace

TEST_CASE("each line of a simulation is a record, a name list, totals or chatter") {
  const Simulation simulation = parse_simulation(kWhole);
  CHECK(installs(simulation) ==
        Names{"linux-headers-5.15.0-86:  5.15.0-86.96 all Ubuntu:22.04/jammy-updates+Ubuntu:22.04/jammy-security",
              "linux-image-5.15.0-86-generic:  5.15.0-86.96 amd64 Ubuntu:22.04/jammy-updates",
              "linux-generic: 5.15.0.69.67 5.15.0.86.83 amd64 Ubuntu:22.04/jammy-updates",
              "linux-image-generic: 5.15.0.69.67 5.15.0.86.83 amd64 Ubuntu:22.04/jammy-updates"});
  CHECK(simulation.removals.size() == 1);
  CHECK(simulation.removals[0].name == "oldlib");
  CHECK(simulation.removals[0].installed == "1.0-1");
  CHECK(simulation.removed == Names{"oldlib"});
  CHECK(simulation.new_packages == Names{"linux-headers-5.15.0-86", "linux-image-5.15.0-86-generic"});
  CHECK(simulation.kept_back == Names{"libnetplan0", "netplan.io", "libc6:i386"});
  CHECK(simulation.upgraded == Names{"linux-generic", "linux-image-generic"});
  REQUIRE(simulation.totals.has_value());
  CHECK(simulation.totals->not_upgraded == 3);
  CHECK(simulation.not_understood.empty());
  CHECK(disagreements(simulation, Detail::records).empty());
  CHECK(disagreements(simulation, Detail::names).empty());
}

TEST_CASE("edges 55-57, 122: the oddities of Inst lines") {
  struct Case {
    const char* line;
    const char* install;
  };
  const Case cases[] = {
      {"Inst tzdata [2025a-0+deb12u1] (2025b-0+deb12u1 Debian:12-updates/stable-updates [all])",
       "tzdata: 2025a-0+deb12u1 2025b-0+deb12u1 all Debian:12-updates/stable-updates"},
      // edge-55: no installed version
      {"Inst libjq1 (1.6-2.1 Debian:12.10/stable [amd64])", "libjq1:  1.6-2.1 amd64 Debian:12.10/stable"},
      // edges 56, 122: what is broken for a moment stands behind
      {"Inst libsystemd0 [249.11] (249.15 Ubuntu:22.04/jammy-updates [amd64]) [systemd:amd64 ]",
       "libsystemd0: 249.11 249.15 amd64 Ubuntu:22.04/jammy-updates"},
      {"Inst libpam-modules-bin [1.4] (1.5 Ubuntu:22.04/jammy-updates [amd64]) [libpam-modules:amd64 on "
       "libpam-modules-bin:amd64] [libpam-modules:amd64 ]",
       "libpam-modules-bin: 1.4 1.5 amd64 Ubuntu:22.04/jammy-updates"},
      {"Inst git [1] (2 Ubuntu:18.04/bionic-updates [amd64]) []", "git: 1 2 amd64 Ubuntu:18.04/bionic-updates"},
      // edge-57: foreign architecture; no release
      {"Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.15/oldstable [i386])",
       "libc6:i386 2.36-9 2.36-10 i386 Debian:12.15/oldstable"},
      {"Inst local [1] (2 [amd64])", "local: 1 2 amd64"},
      // third parties: no version of the release, labels with blanks, brackets and colons, no label at all
      {"Inst gcloud [455.0] (520.0 cloud-sdk-bookworm:cloud-sdk-bookworm [amd64])",
       "gcloud: 455.0 520.0 amd64 cloud-sdk-bookworm:cloud-sdk-bookworm"},
      {"Inst influx [1] (2 Influx Data (stable) [x]: y:stable [amd64])",
       "influx: 1 2 amd64 Influx Data (stable) [x]: y:stable"},
      {"Inst docker [5:20.10~3-0] (5:24.0~1-0 Docker CE:jammy [amd64])",
       "docker: 5:20.10~3-0 5:24.0~1-0 amd64 Docker CE:jammy"},
      {"Inst flat [1] (2 packages.example.org [amd64])", "flat: 1 2 amd64 packages.example.org"},
      // apt before 0.8 names no architecture
      {"Inst apache2 [2.2.8-1] (2.2.8-1ubuntu0.1 Ubuntu:8.04/hardy-security)",
       "apache2: 2.2.8-1 2.2.8-1ubuntu0.1  Ubuntu:8.04/hardy-security"},
      // edge-112: colours, carriage returns
      {"\x1b[32mInst a1\x1b[0m [1] (2 X:y [all])\r", "a1: 1 2 all X:y"},
      {"Reading... 0%\rReading... 99%\rInst a1 [1] (2 X:y [all])", "a1: 1 2 all X:y"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.line);
    const Simulation simulation = parse_simulation(one.line);
    CHECK(installs(simulation) == Names{one.install});
    CHECK(simulation.not_understood.empty());
  }
}

TEST_CASE("an Inst line that can't be read is returned, whole or from where it stops making sense") {
  const char* const lines[] = {
      "Inst",
      "Inst ",
      "Inst bash",
      "Inst bash [5.1]",
      "Inst bash [5.1 (5.2 Debian:12/stable [amd64])",
      "Inst bash [5.1] (5.2 Debian:12/stable [amd64]",
      "Inst bash [5.1] (not_a_version Debian:12/stable [amd64])",
      "Inst b\xff\xfesh [5.1] (5.2 Debian:12/stable [amd64])",
      "Inst bash [5.1] (5.2 Debian:12/stable [amd64]) [unclosed",
      "Conf",
      "Inst bash [5.1] (5.2 Debian:12/stable [amd64]) and more",
  };
  for (const auto* line : lines) {
    CAPTURE(line);
    CHECK_FALSE(parse_simulation(line).not_understood.empty());
  }
}

TEST_CASE("records that lost their line ends stay records, one for each package") {
  const Simulation simulation = parse_simulation(
      "Inst git-man [1] (2 Ubuntu:18.04/bionic-updates, Ubuntu:18.04/bionic-security [all])Inst git [1] (2 X:y "
      "[amd64]) []"
      "Inst no-arch [1] (2 X:y)Conf git (2 X:y [amd64])");
  CHECK(installs(simulation) == Names{"git-man: 1 2 all Ubuntu:18.04/bionic-updates+Ubuntu:18.04/bionic-security",
                                      "git: 1 2 amd64 X:y", "no-arch: 1 2  X:y"});
  CHECK(simulation.not_understood.empty());
}

TEST_CASE("a release name is label, version and suite, and may lack any of them") {
  const auto parts = [](const char* text) {
    const auto name = parse_release_name(text);
    return name.label + "|" + name.suite;
  };
  CHECK(parts("Debian-Security:12/oldstable-security") == "Debian-Security|oldstable-security");
  CHECK(parts("cloud-sdk:cloud-sdk-bookworm") == "cloud-sdk|cloud-sdk-bookworm");
  CHECK(parts("A: B:1.0/x") == "A: B|x");
  CHECK(parts("packages.example.org") == "|packages.example.org");
  CHECK(parts("").size() == 1);
}

TEST_CASE("edge-58: kept back and phased packages are lists of their own, in the words of apt 2 and of apt 3") {
  const Simulation two = parse_simulation(
      "The following upgrades have been deferred due to phasing:\n  fwupd libfwupd2\n"
      "The following packages have been kept back:\n  cloud-init\nThe following packages will be upgraded:\n  bash\n"
      "1 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.\n");
  CHECK(two.phased == Names{"fwupd", "libfwupd2"});
  CHECK(two.kept_back == Names{"cloud-init"});
  CHECK(disagreements(two, Detail::names).empty());

  const Simulation three = parse_simulation(
      "Upgrading:\n  bash   libc6:i386\n\nInstalling dependencies:\n  linux-image-7\n\nREMOVING:\n  old\n\n"
      "Not upgrading yet due to phasing:\n  fwupd\n\nNot upgrading:\n  cloud-init\n\n"
      "Summary:\n  Upgrading: 2, Installing: 1, Removing: 1, Not Upgrading: 2\n  Download size: 12.3 MB\n"
      "  Space needed: 3,072 B / 2,048 MB available\n\n");
  CHECK(three.upgraded == Names{"bash", "libc6:i386"});
  CHECK(three.new_packages == Names{"linux-image-7"});
  CHECK(three.removed == Names{"old"});
  CHECK(three.phased == Names{"fwupd"});
  CHECK(three.kept_back == Names{"cloud-init"});
  CHECK(three.not_understood.empty());
  CHECK(disagreements(three, Detail::names).empty());
}

TEST_CASE("name lists may carry versions, reasons and a mark for purging") {
  const Simulation simulation = parse_simulation(
      "The following packages will be REMOVED:\n  nano* vim (due to nano)\n"
      "The following packages will be upgraded:\n   bash (5.1-2 => 5.2-1)\n   libc6:i386 (2.36-9 => 2.36-10)\n");
  CHECK(simulation.removed == Names{"nano", "vim"});
  CHECK(simulation.upgraded == Names{"bash", "libc6:i386"});
  CHECK(simulation.not_understood.empty());
}

TEST_CASE("edges 60, 61: what Ubuntu Pro offers is read from each of its texts") {
  struct Case {
    const char* text;
    Names expected;
    bool whole;
  };
  const Case cases[] = {
      {"*The following packages could receive security updates with UA Infra: ESM service enabled:\n"
       "  libpam0g linux-virtual\n  openssh-server libxml2\n"
       "Learn more about UA Infra: ESM service for Ubuntu 16.04 at https://ubuntu.com/16-04\n\n"
       "Ubuntu comes with ABSOLUTELY NO WARRANTY, to the extent permitted by\napplicable law.\n\n",
       {"libpam0g esm-infra", "linux-virtual esm-infra", "openssh-server esm-infra", "libxml2 esm-infra"},
       true},
      // wrapped without being indented
      {"The following packages could receive security updates with UA Apps: ESM service enabled:\n"
       "libglib2.0-data\nlibglib2.0-0 7zip\nLearn more about UA Apps: ESM service at https://ubuntu.com/esm\n",
       {"libglib2.0-data esm-apps", "libglib2.0-0 esm-apps", "7zip esm-apps"},
       true},
      {"   *The following packages could receive security updates with UA Infra: ESM service enabled:\n"
       "     openssl\n     Learn more about UA Infra: ESM service for Ubuntu 16.04 at https://ubuntu.com/16-04\n",
       {"openssl esm-infra"},
       true},
      {"The following security updates require Ubuntu Pro with 'esm-infra' enabled:\n  cloud-init\n  git\n"
       "Learn more about Ubuntu Pro at https://ubuntu.com/pro\n0 upgraded, 0 newly installed, 0 to remove and 0 not "
       "upgraded.\n",
       {"cloud-init esm-infra", "git esm-infra"},
       true},
      {"The following security update requires Ubuntu Pro with 'esm-apps' enabled:\n  mc\n"
       "Get more security updates through Ubuntu Pro with 'esm-apps' enabled:\n  libavcodec60\n",
       {"mc esm-apps", "libavcodec60 esm-apps"},
       true},
      {"The following packages will fail to download because your Ubuntu Pro subscription has expired\n  hello\n"
       "Renew your subscription or `sudo pro detach` to remove these errors\n",
       {"hello "},
       true},
      // edge-60: the marker is the last line: cut off, which must be told
      {"*The following packages could receive security updates with UA Infra: ESM service enabled:\n", {}, false},
      {"The following security updates require Ubuntu Pro with 'esm-infra' enabled:", {}, false},
      {"Receive additional future security updates with Ubuntu Pro.\nLearn more about Ubuntu Pro at "
       "https://ubuntu.com/pro\n"
       "1 standard LTS security update, 29 esm-infra security updates and 8 esm-apps security updates\n",
       {},
       true},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    const Simulation simulation = parse_simulation(one.text);
    CHECK(offers(simulation) == one.expected);
    CHECK(simulation.not_understood.empty() == one.whole);
  }
}

TEST_CASE("edge-61: a placeholder in place of a version is an offer, not an update") {
  const Simulation simulation =
      parse_simulation("Inst cups [1:2.17] (UA_ESM_Required Ubuntu:18.04/bionic-updates [all])");
  CHECK(simulation.installs.empty());
  REQUIRE(simulation.subscription_required.size() == 1);
  CHECK(simulation.subscription_required[0].name == "cups");
  CHECK(simulation.subscription_required[0].installed == "1:2.17");
}

TEST_CASE("errors in the same text, and our hook's line, are told apart from data") {
  const Simulation simulation = parse_simulation(
      "W: Some list is old\nE: Unmet dependencies.\nN: a notice\nConf broken-one broken\n Depends:libfoo\n"
      "patchstate-apt-hook: {\"method\":\"x\"}\n");
  REQUIRE(simulation.complaints.size() == 3);
  CHECK(simulation.complaints[0].text == "Some list is old");
  CHECK_FALSE(simulation.complaints[0].error);
  CHECK(simulation.complaints[1].error);
  CHECK(simulation.complaints[2].text == "apt could not configure broken-one");
  CHECK(simulation.hook_message == "{\"method\":\"x\"}");
}

TEST_CASE("a text cut at any byte never gives fewer updates without contradicting its totals") {
  const std::string text = kWhole;
  const auto all = parse_simulation(text);
  for (std::size_t end = 0; end < text.size(); ++end) {
    const Simulation cut = parse_simulation(text.substr(0, end));
    const bool fewer = cut.installs.size() < all.installs.size();
    const bool told = !disagreements(cut, Detail::records).empty() || !cut.not_understood.empty();
    if (fewer && !told) FAIL("cut at byte ", end, " goes unnoticed");
    const bool fewer_names = cut.upgraded.size() < all.upgraded.size() || cut.kept_back.size() < all.kept_back.size();
    if (fewer_names && disagreements(cut, Detail::names).empty()) FAIL("names cut at byte ", end, " go unnoticed");
  }
}

TEST_CASE("totals that are damaged are no totals") {
  for (const auto* line :
       {"2 upgraded, 2 newly installed, 1 to remove and not upgraded.",
        "2 upgraded, 2 newly installed, 1 to remove and",
        "99999999999999999999999 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.", "2 upgraded."}) {
    CAPTURE(line);
    const Simulation simulation = parse_simulation(line);
    CHECK_FALSE(simulation.totals.has_value());
    CHECK_FALSE(simulation.not_understood.empty());
    CHECK_FALSE(disagreements(simulation, Detail::records).empty());
  }
  const auto whole =
      parse_simulation("1 upgraded, 2 newly installed, 3 reinstalled, 4 downgraded, 5 to remove and 6 not upgraded.");
  REQUIRE(whole.totals.has_value());
  CHECK(whole.totals->reinstalled == 3);
  CHECK(whole.totals->downgraded == 4);
  CHECK(whole.totals->to_remove == 5);
}

TEST_CASE("edge-107: no text at all is no answer") {
  CHECK(disagreements(parse_simulation(""), Detail::records).size() == 1);
  CHECK(disagreements(parse_simulation(""), Detail::names).size() == 1);
}

TEST_CASE("a hostile text fills no memory with what is not understood") {
  std::string text;
  for (int line = 0; line < 20000; ++line) text += "garbage " + std::string(1000, 'x') + "\n";
  const Simulation simulation = parse_simulation(text);
  CHECK(simulation.not_understood.size() <= 60);
  CHECK(simulation.not_understood.back() == "and 19950 more lines");
}

}  // namespace patchstate::apt
