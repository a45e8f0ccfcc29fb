// SPDX-License-Identifier: Apache-2.0
// The real apt: of this machine, and pointed at a system in a folder.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "collectors/apt/apt_commands.h"
#include "collectors/apt/apt_simulation_output.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;
using patchstate::test::TemporaryFolder;

/// "name installed candidate" of what dist-upgrade takes.
std::set<std::string> taken(const Snapshot& snapshot) {
  std::set<std::string> all;
  for (const auto& one : snapshot.packages)
    if (one.installed.empty() || one.resolution.dist_upgrade.value_or(false))
      all.insert(one.name + " " + one.installed + " " + one.candidate);
  return all;
}

bool has_apt() {
  return !find_program("apt-get").empty() && !find_program("dpkg-query").empty();
}

std::string installed(const std::string& name, const std::string& version, const std::string& arch) {
  return "Package: " + name + "\nStatus: install ok installed\nVersion: " + version + "\nArchitecture: " + arch +
         "\nMulti-Arch: same\nMaintainer: Nobody <nobody@example.org>\nDescription: " + name + "\n\n";
}

std::string offered(const std::string& name, const std::string& version, const std::string& arch) {
  return "Package: " + name + "\nVersion: " + version + "\nArchitecture: " + arch +
         "\nMulti-Arch: same\nFilename: pool/" + name + ".deb\nSize: 1000\nSHA256: " + std::string(64, '0') + "\n\n";
}

/// A system in a folder: a (1) and lib:i386 (1) installed, 2 of both in its lists.
void write_image(const TemporaryFolder& folder) {
  const std::string lists = "var/lib/apt/lists/deb.example.org_debian_dists_trixie_";
  folder.write("var/lib/dpkg/arch", "amd64\ni386\n");
  folder.write("var/lib/dpkg/status",
               installed("dpkg", "1", "amd64") + installed("a", "1", "amd64") + installed("lib", "1", "i386"));
  folder.write("etc/apt/sources.list", "deb http://deb.example.org/debian trixie main\n");
  folder.write(
      lists + "InRelease",
      "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: trixie\nArchitectures: amd64 i386\nComponents: main\n");
  folder.write(lists + "main_binary-amd64_Packages", offered("a", "2", "amd64"));
  folder.write(lists + "main_binary-i386_Packages", offered("lib", "2", "i386"));
  for (const char* const name : {"etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/apt/lists/partial"})
    fs::create_directories(folder / name);
}

/// What is on a disk: names and contents.
std::set<std::string> contents(const fs::path& folder) {
  std::set<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    all.insert(entry.path().string() + (entry.is_regular_file() ? " " + std::to_string(entry.file_size()) : ""));
  return all;
}

}  // namespace

TEST_CASE("on this machine, what apt's commands tell is what apt-get -s dist-upgrade does") {
  if (!has_apt()) {
    MESSAGE("no apt on this machine: nothing compared");
    return;
  }
  SystemProcessRunner runner;
  const TemporaryFolder cache;
  const Snapshot snapshot = ask_apt({runner, "/", cache.path(), {}}, APT_HOOK_PROGRAM);
  CHECK(snapshot.installed_count > 0);
  CHECK(snapshot.not_understood.empty());

  Command command;
  command.argv = {"apt-get",     "-s", "-o", "Debug::NoLocking=1", "-o", "Dir::Cache::archives=/nonexistent/",
                  "dist-upgrade"};
  command.deadline = std::chrono::seconds{100};
  const auto result = runner.run(command);
  if (!result.ok()) {
    CHECK(snapshot.resolution == ResolutionKind::failed);
    return;
  }
  const Simulation simulation = parse_simulation(result.out);
  CHECK(disagreements(simulation, Detail::records).empty());
  std::set<std::string> expected;
  for (const auto& one : simulation.installs)
    if (one.installed != one.candidate) expected.insert(one.name + " " + one.installed + " " + one.candidate);
  CHECK(taken(snapshot) == expected);
}

TEST_CASE("a system in a folder is asked by its own sources, lists and configuration, and nothing in it is changed") {
  if (!has_apt()) return;
  const TemporaryFolder folder;
  write_image(folder);
  SystemProcessRunner runner;
  const auto before = contents(folder.path());
  const Snapshot snapshot = ask_apt({runner, folder.path(), {}, {}}, APT_HOOK_PROGRAM);
  CHECK(snapshot.complaints.empty());
  CHECK(snapshot.installed_count == 3);
  CHECK(taken(snapshot) == std::set<std::string>{"a 1 2", "lib 1 2"});
  CHECK(snapshot.sources.size() == 1);
  CHECK(snapshot.files.at(snapshot.packages.at(0).newer.at(0).files.at(0)).archive == "stable");
  CHECK(contents(folder.path()) == before);
  // Without the hook it is the same.
  const Snapshot simulated = ask_apt({runner, folder.path(), {}, {}}, fs::path());
  CHECK(taken(simulated) == taken(snapshot));
}

TEST_CASE(
    "nothing that the configuration of a system in a folder names is run, and no file of the host is taken for its "
    "own") {
  if (!has_apt()) return;
  const TemporaryFolder folder;
  write_image(folder);
  const std::string touched = (folder / "touched").string();
  const auto program = folder.write("evil", "#!/bin/sh\ntouch " + touched + "\nexit 1\n");
  fs::permissions(program, fs::perms::owner_all);
  folder.write("etc/apt/apt.conf.d/99evil",
               "APT::Install::Pre-Invoke { \"touch " + touched +
                   "\"; };\nAPT::Install::Post-Invoke-Success:: \"touch " + touched +
                   "\";\nAptCli::Hooks::Upgrade:: \"touch " + touched +
                   "\";\nBinary::apt-get::AptCli::Hooks::Upgrade:: \"touch " + touched + "\";\nDir::Bin::dpkg \"" +
                   program.string() + "\";\nDir::Bin::solvers:: \"" + folder.path().string() +
                   "\";\nAPT::Solver \"evil\";\nDPkg::Options:: \"--no-such-option\";\nAPT::Compressor::gz::Binary \"" +
                   program.string() +
                   "\";\nquiet \"2\";\nDir::State::lists \"/var/lib/apt/lists/\";\n"
                   "Dir::Etc::sourcelist \"/etc/apt/sources.list\";\nDir::State::status \"/var/lib/dpkg/status\";\n");
  SystemProcessRunner runner;
  const Snapshot snapshot = ask_apt({runner, folder.path(), {}, {}}, APT_HOOK_PROGRAM);
  CHECK_FALSE(fs::exists(touched));
  CHECK(snapshot.complaints.empty());
  CHECK(taken(snapshot) == std::set<std::string>{"a 1 2", "lib 1 2"});
  // What it says about choosing versions counts.
  folder.write("etc/apt/preferences", "Package: a\nPin: version 2\nPin-Priority: -1\n");
  const Snapshot pinned = ask_apt({runner, folder.path(), {}, {}}, APT_HOOK_PROGRAM);
  CHECK(taken(pinned) == std::set<std::string>{"lib 1 2"});
}

TEST_CASE("apt keeps its cache in our folder and nowhere else") {
  if (!has_apt()) return;
  const TemporaryFolder folder;
  write_image(folder);
  const TemporaryFolder cache;
  SystemProcessRunner runner;
  const auto before = contents(folder.path());
  const Snapshot first = ask_apt({runner, folder.path(), cache.path(), {}}, APT_HOOK_PROGRAM);
  CHECK(fs::exists(cache / "apt-pkgcache.bin"));
  const Snapshot second = ask_apt({runner, folder.path(), cache.path(), {}}, APT_HOOK_PROGRAM);
  CHECK(taken(first) == taken(second));
  CHECK(contents(folder.path()) == before);
}

TEST_CASE("what Ubuntu's pro client has fetched of the archives without a subscription is offered, not pending") {
  if (!has_apt()) return;
  const TemporaryFolder folder;
  write_image(folder);
  const std::string esm = "var/lib/ubuntu-advantage/apt-esm/";
  const std::string list = esm + "var/lib/apt/lists/esm.example.org_apps_ubuntu_dists_noble-apps-security_";
  folder.write(esm + "etc/apt/sources.list", "deb https://esm.example.org/apps/ubuntu noble-apps-security main\n");
  folder.write(list + "InRelease",
               "Origin: UbuntuESMApps\nLabel: UbuntuESMApps\nSuite: noble-apps-security\nCodename: noble\n"
               "Architectures: amd64\nComponents: main\n");
  folder.write(list + "main_binary-amd64_Packages",
               "Package: a\nVersion: 1+esm1\nArchitecture: amd64\nFilename: a.deb\nSize: 1\nSHA256: " +
                   std::string(64, '1') + "\n\n");
  SystemProcessRunner runner;
  const Snapshot snapshot = ask_apt({runner, folder.path(), {}, {}}, APT_HOOK_PROGRAM);
  REQUIRE(snapshot.subscription_offers.size() == 1);
  CHECK(snapshot.subscription_offers[0].name == "a");
  CHECK(snapshot.subscription_offers[0].version == "1+esm1");
  CHECK(snapshot.subscription_offers[0].service == "esm-apps");
  CHECK(taken(snapshot) == std::set<std::string>{"a 1 2", "lib 1 2"});
}

}  // namespace patchstate::apt
