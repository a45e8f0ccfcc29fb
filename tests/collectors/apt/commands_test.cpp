// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/apt/apt_commands.h"
#include "collectors/apt/apt_tools.h"
#include "tests/collectors/apt/recorded_apt.h"

namespace patchstate::apt {
namespace {

using namespace std::string_view_literals;
using patchstate::test::ReplayRunner;
using test::RecordedApt;

constexpr const char* kHookProgram = "/usr/bin/patchstate";

const Package* find(const Snapshot& snapshot, const std::string& name, const std::string& arch = "amd64") {
  const auto found = std::find_if(snapshot.packages.begin(), snapshot.packages.end(),
                                  [&](const Package& one) { return one.name == name && one.arch == arch; });
  return found == snapshot.packages.end() ? nullptr : &*found;
}

/// "name:arch installed candidate" of each package, sorted.
std::vector<std::string> summary(const Snapshot& snapshot) {
  std::vector<std::string> all;
  for (const auto& one : snapshot.packages)
    all.push_back(one.name + ":" + one.arch + " " + one.installed + " " + one.candidate);
  std::sort(all.begin(), all.end());
  return all;
}

bool has_doubts(const Snapshot& snapshot) {
  return !snapshot.not_understood.empty() || std::any_of(snapshot.complaints.begin(), snapshot.complaints.end(),
                                                         [](const Complaint& one) { return one.error; });
}

struct Outcome {
  std::optional<Snapshot> snapshot;
  FailureKind kind = FailureKind::internal;
  std::string message;
  std::string code;
};

Outcome ask(RecordedApt& apt) {
  Outcome outcome;
  try {
    outcome.snapshot = ask_apt(apt.access(), kHookProgram);
  } catch (const CollectorError& error) {
    outcome.kind = error.kind;
    outcome.message = error.what();
    outcome.code = error.error_code;
  }
  return outcome;
}

ProcessResult ended(Ending ending) {
  ProcessResult result;
  result.ending = ending;
  result.signal = ending == Ending::signalled ? 9 : 0;
  return result;
}

}  // namespace

TEST_CASE("apt's commands make one snapshot: versions, archives, holds, phasing, resolution, sources") {
  RecordedApt apt;
  const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
  CHECK(snapshot.complaints.empty());
  CHECK(snapshot.not_understood.empty());
  CHECK(snapshot.tool_version == "apt 2.6.1");
  CHECK(snapshot.architectures == std::vector<std::string>{"amd64", "i386"});
  CHECK(snapshot.installed_count == 11);
  CHECK(snapshot.resolution == ResolutionKind::resolved);
  CHECK(summary(snapshot) ==
        std::vector<std::string>{"bash:amd64 1 2", "held:amd64 1 2", "kept:amd64 1 2", "libc6:amd64 1 3",
                                 "libc6:i386 1 3", "linux-image-6.1.0-2-amd64:amd64  2", "linux-image-amd64:amd64 1 2",
                                 "phased:all 1 2", "pinned:amd64 1 1"});

  const Package* const libc = find(snapshot, "libc6", "i386");
  REQUIRE(libc != nullptr);
  REQUIRE(libc->newer.size() == 2);
  CHECK(libc->newer[0].version == "3");
  CHECK(snapshot.files.at(libc->newer[1].files.at(0)).label == "Debian-Security");
  CHECK(libc->size == 1000);
  CHECK(libc->source == "libc6-src");
  CHECK(libc->resolution.upgrade == true);

  CHECK(find(snapshot, "held")->held);
  CHECK(find(snapshot, "kept")->resolution.dist_upgrade == false);
  CHECK_FALSE(find(snapshot, "kept")->phased_by_apt);
  CHECK(find(snapshot, "phased", "all")->phased_by_apt);
  CHECK(find(snapshot, "phased", "all")->phased_percentage == 20);
  CHECK(find(snapshot, "linux-image-amd64")->resolution.upgrade == false);
  CHECK(find(snapshot, "linux-image-amd64")->resolution.dist_upgrade == true);
  REQUIRE(find(snapshot, "pinned")->newer.size() == 1);
  CHECK(find(snapshot, "pinned")->newer[0].above_candidate);
  const Package* const kernel = find(snapshot, "linux-image-6.1.0-2-amd64");
  CHECK(kernel->required_by == std::vector<std::string>{"linux-image-amd64:amd64"});
  CHECK(snapshot.files.at(kernel->newer.at(0).files.at(0)).archive == "stable-security");
  REQUIRE(snapshot.kernels.size() == 1);
  CHECK(snapshot.kernels[0].release == "6.1.0-1-amd64");
}

TEST_CASE("a source that was never fetched, or has an index that wasn't, is told from what is in the lists folder") {
  RecordedApt apt;
  const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
  REQUIRE(snapshot.sources.size() == 2);
  CHECK(snapshot.sources[0].uri == "http://deb.example.org/debian/");
  CHECK(snapshot.sources[0].components == "main");
  CHECK(snapshot.sources[0].release_file.ends_with("/var/lib/apt/lists/deb.example.org_debian_dists_trixie_InRelease"));
  REQUIRE(snapshot.sources[0].stored_indexes.size() == 1);
  CHECK(snapshot.sources[0].stored_indexes[0].file.ends_with("_main_binary-amd64_Packages.lz4"));
  REQUIRE(snapshot.sources[0].missing_indexes.size() == 1);
  CHECK(snapshot.sources[0].missing_indexes[0].architecture == "i386");
  CHECK(snapshot.sources[1].release_file.empty());
  CHECK(snapshot.sources[1].missing_indexes.size() == 2);
}

TEST_CASE("a simulation gives the same snapshot as the JSON hook") {
  RecordedApt apt;
  const Snapshot by_hook = ask_apt(apt.access(), kHookProgram);
  for (const std::string name : {"dist-upgrade", "upgrade", "phased"}) apt.answers[name].out = "no hook ran\n";
  const Snapshot by_simulation = ask_apt(apt.access(), kHookProgram);
  CHECK(summary(by_simulation) == summary(by_hook));
  CHECK(by_hook.tool == "apt-get (JSON hook)");
  CHECK(by_simulation.tool == "apt-get (simulation)");
  CHECK(find(by_simulation, "kept")->resolution.dist_upgrade == false);
  CHECK(find(by_simulation, "bash")->resolution.dist_upgrade == true);
  CHECK(find(by_simulation, "linux-image-6.1.0-2-amd64")->required_by ==
        find(by_hook, "linux-image-6.1.0-2-amd64")->required_by);
}

TEST_CASE(
    "a command that is missing, killed, too slow or too talkative is a failure of its kind, never an empty list") {
  struct Case {
    ProcessResult result;
    FailureKind kind;
  };
  ProcessResult missing = ended(Ending::failed_to_start);
  missing.start_error = ENOENT;
  const Case cases[] = {
      {missing, FailureKind::tool_missing},
      {ended(Ending::timed_out), FailureKind::timed_out},
      {ended(Ending::signalled), FailureKind::tool_failed},
      {ended(Ending::too_much_output), FailureKind::unparseable},
      {ReplayRunner::exited(100, "", "E: Could not get lock /var/lib/dpkg/lock. It is held by process 7 (apt)\n"),
       FailureKind::locked},
      {ReplayRunner::exited(100, "", "E: Opening /etc/apt/sources.list (13: Permission denied)\n"),
       FailureKind::permission_denied},
      {ReplayRunner::exited(100, "", "E: Malformed entry 1\nE: The list of sources could not be read.\n"),
       FailureKind::tool_failed},
  };
  for (const std::string name : {"dpkg-list", "version", "configured", "fetched", "policy", "policy-of-new"})
    for (const auto& one : cases) {
      CAPTURE(name);
      CAPTURE(to_text(one.kind));
      RecordedApt apt;
      apt.answers[name] = one.result;
      const Outcome outcome = ask(apt);
      CHECK_FALSE(outcome.snapshot.has_value());
      CHECK(outcome.kind == one.kind);
      CHECK_FALSE(outcome.message.empty());
    }
}

TEST_CASE("the message of a failure has the command, how it ended and apt's own errors, with passwords masked") {
  RecordedApt apt;
  apt.answers["policy"] = ReplayRunner::exited(
      100, "",
      "W: noise\nE: Malformed entry https://user:secret@deb.example.org/\nE: The list of sources could not be read.\n");
  const Outcome outcome = ask(apt);
  CHECK(outcome.code == "100");
  CHECK(outcome.message.find("apt-cache policy") != std::string::npos);
  CHECK(outcome.message.find("exit code 100") != std::string::npos);
  CHECK(outcome.message.find("Malformed entry") != std::string::npos);
  CHECK(outcome.message.find("could not be read") != std::string::npos);
  CHECK(outcome.message.find("secret") == std::string::npos);
}

TEST_CASE("a complaint of apt without a word in it is told nevertheless") {
  const auto complaints = complaints_in("W: \0 \x1b[0m \nE: broken\nnoise\n"sv);
  REQUIRE(complaints.size() == 2);
  CHECK(complaints[0].text == "(apt said no more)");
  CHECK_FALSE(complaints[0].error);
  CHECK(complaints[1].text == "broken");
  CHECK(complaints[1].error);
}

TEST_CASE("edges 23, 27: what apt can't resolve is still listed, without a resolution") {
  RecordedApt apt;
  const auto broken =
      ReplayRunner::exited(100, "The following packages have unmet dependencies:\n bash : Depends: nothing\n",
                           "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages.\n");
  for (const std::string name : {"dist-upgrade", "upgrade", "phased", "simulated"}) apt.answers[name] = broken;
  const Outcome outcome = ask(apt);
  REQUIRE(outcome.snapshot.has_value());
  CHECK(outcome.snapshot->resolution == ResolutionKind::failed);
  CHECK(find(*outcome.snapshot, "bash") != nullptr);
  CHECK_FALSE(find(*outcome.snapshot, "bash")->resolution.dist_upgrade.has_value());

  RecordedApt slow;
  for (const std::string name : {"dist-upgrade", "simulated"}) slow.answers[name] = ended(Ending::timed_out);
  const Outcome late = ask(slow);
  REQUIRE(late.snapshot.has_value());
  CHECK(late.snapshot->resolution == ResolutionKind::failed);
  CHECK(has_doubts(*late.snapshot));
}

TEST_CASE("edge-23: what an interrupted dpkg left in its journal counts as little as it counts for apt") {
  RecordedApt apt;
  apt.root().write("var/lib/dpkg/updates/0001", "Package: bash\nStatus: install ok unpacked\nVersion: 2\n");
  apt.root().write("var/lib/dpkg/status",
                   "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                   "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n");
  apt.answers["dpkg-list"].out = "bash\t2\tamd64\tbash\t2\tinstall\tok\tunpacked\t.\n";
  const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
  CHECK(snapshot.installed_count == 2);
  CHECK(snapshot.broken_packages.empty());
  REQUIRE(find(snapshot, "bash") != nullptr);
  CHECK(find(snapshot, "bash")->installed == "1");
}

TEST_CASE("edge-24: apt's refusal over a package to reinstall is no doubt where dpkg tells of that package") {
  for (const bool dpkg_tells : {true, false}) {
    RecordedApt apt;
    const auto refusal = ReplayRunner::exited(
        100, "", "E: The package sick:i386 needs to be reinstalled, but I can't find an archive for it.\n");
    for (const std::string name : {"dist-upgrade", "upgrade", "phased", "simulated"}) apt.answers[name] = refusal;
    apt.answers["dpkg-list"].out +=
        "sick\t1\ti386\tsick\t1\tinstall\t" + std::string(dpkg_tells ? "reinstreq" : "ok") + "\tinstalled\t.\n";
    apt.answers["policy"].out +=
        "sick:i386:\n  Installed: 1\n  Candidate: 1\n  Version table:\n *** 1 100\n        100 /var/lib/dpkg/status\n";
    const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
    CHECK(find(snapshot, "bash") != nullptr);
    CHECK(has_doubts(snapshot) == !dpkg_tells);
    CHECK(snapshot.resolution == (dpkg_tells ? ResolutionKind::unknown : ResolutionKind::failed));
  }
}

TEST_CASE("`upgrade` is asked too where `dist-upgrade` takes every update: it may keep one back all the same") {
  RecordedApt apt;
  auto& full = apt.answers["dist-upgrade"].out;
  full = full.substr(0, full.find("The following NEW")) +
         "The following packages will be upgraded:\n  bash libc6 libc6:i386 linux-image-amd64\n"
         "4 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n";
  const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
  CHECK(find(snapshot, "linux-image-amd64")->resolution.dist_upgrade == true);
  CHECK(find(snapshot, "linux-image-amd64")->resolution.upgrade == false);
}

TEST_CASE("edge-107: empty output of a command that must say something is a failure or a doubt") {
  for (const auto& name : RecordedApt::commands()) {
    if (name == "version" || name == "records" || name == "configured") continue;  // details; no source is judged later
    CAPTURE(name);
    RecordedApt apt;
    const auto whole = ask(apt);
    apt.answers[name] = ReplayRunner::exited(0, "");
    apt.answers.erase("simulated");
    const Outcome outcome = ask(apt);
    const bool told = !outcome.snapshot || has_doubts(*outcome.snapshot) || !outcome.snapshot->complaints.empty() ||
                      summary(*outcome.snapshot) == summary(*whole.snapshot);
    CHECK(told);
  }
}

TEST_CASE("each command cut at each line never gives fewer updates without a failure or a doubt") {
  RecordedApt whole_apt;
  const Snapshot whole = ask_apt(whole_apt.access(), kHookProgram);
  for (const auto& name : RecordedApt::commands()) {
    if (name == "dpkg-list")
      continue;  // dpkg-query prints no total: that it exited with 0 is what proves the list whole
    RecordedApt apt;
    const std::string text = apt.answers[name].out;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
      apt.answers[name].out = text.substr(0, end + 1);
      const Outcome outcome = ask(apt);
      if (!outcome.snapshot || has_doubts(*outcome.snapshot)) continue;
      const auto found = summary(*outcome.snapshot);
      // Which of a new package's architectures are its records' is a detail; that it is there is not.
      if (found.size() < whole.packages.size()) FAIL(name, " cut at byte ", end, " loses an update unnoticed");
    }
  }
}

TEST_CASE("edge-112: invalid UTF-8 and colours in an answer are told, and cost no other update") {
  RecordedApt apt;
  auto& policy = apt.answers["policy"].out;
  policy = "\x1b[1mw\xff\xfe\x1b[0m\n" + policy;
  const Snapshot snapshot = ask_apt(apt.access(), kHookProgram);
  CHECK(snapshot.not_understood.size() == 1);
  CHECK(summary(snapshot).size() == 9);
}

TEST_CASE("an installed package of which apt says nothing is told") {
  RecordedApt apt;
  apt.answers["dpkg-list"].out += "unknown-to-apt\t1\tamd64\tx\t1\tinstall\tok\tinstalled\t.\n";
  CHECK(has_doubts(ask_apt(apt.access(), kHookProgram)));
  RecordedApt other;
  auto& rows = other.answers["dpkg-list"].out;
  rows.replace(rows.find("bash\t1"), 6, "bash\t0");
  CHECK(has_doubts(ask_apt(other.access(), kHookProgram)));
}

TEST_CASE("apt is asked without locks, without its caches, without -q, and with its archive folder out of the way") {
  RecordedApt apt;
  ask_apt(apt.access(), kHookProgram);
  for (const auto& command : apt.runner().commands) {
    if (command.argv[0] == "dpkg-query") continue;
    const auto has = [&](const char* option) {
      return std::find(command.argv.begin(), command.argv.end(), option) != command.argv.end();
    };
    CAPTURE(command.argv[1]);
    CHECK(has("Debug::NoLocking=1"));
    CHECK(has("Dir::Cache::pkgcache="));
    CHECK(has("Dir::Cache::archives=/nonexistent/"));
    CHECK(has("quiet=1"));
    CHECK(command.deadline <= std::chrono::seconds{120});
    // An option without a value must not swallow what follows it.
    for (std::size_t i = 0; i + 1 < command.argv.size(); ++i)
      if (command.argv[i].ends_with('=')) CHECK(command.argv[i + 1].starts_with('-'));
  }
}

TEST_CASE("names are asked about in portions that fit on a command line") {
  RecordedApt apt;
  std::string rows;
  for (int i = 0; i < 5000; ++i)
    rows += "a-package-with-quite-a-long-name-" + std::to_string(i) + "\t1\tamd64\tx\t1\tinstall\tok\tinstalled\t.\n";
  apt.answers["dpkg-list"].out += rows;
  ask_apt(apt.access(), kHookProgram);
  std::size_t asked = 0;
  for (const auto& command : apt.runner().commands) {
    std::size_t bytes = 0;
    for (const auto& argument : command.argv) bytes += argument.size() + 1;
    CHECK(bytes < 100'000);
    if (command.argv[0] == "apt-cache" && command.argv[1] == "policy")
      asked +=
          static_cast<std::size_t>(command.argv.end() - std::find(command.argv.begin(), command.argv.end(), "--")) - 1;
  }
  CHECK(asked == 5000 + 11 + 1);
}

}  // namespace patchstate::apt
