// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "collectors/apt/apt_surroundings.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPartial = "var/lib/apt/lists/partial";

void age(const fs::path& path, std::chrono::hours hours) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - hours);
}

/// What is known of a machine's one source.
ReleaseFacts facts_of_source(const test::TemporaryFolder& root, const fs::path& release_file) {
  test::ReplayRunner runner;
  Snapshot snapshot;
  snapshot.sources.resize(1);
  snapshot.sources[0].release_file = release_file.string();
  return read_surroundings({runner, root.path(), {}, {}}, snapshot, {}).releases.at(release_file.string());
}

fs::path add_release(const test::TemporaryFolder& root) {
  return root.write("var/lib/apt/lists/a.example.org_dists_noble_Release",
                    "Origin: Ubuntu\nSuite: noble\nDate: Sat, 21 Nov 2026 00:53:02 UTC\n");
}

}  // namespace

TEST_CASE("edges 1, 2 and 121: a run of apt-get update that ended well is no proof that each source was reached") {
  const test::TemporaryFolder root;
  const auto release_file = add_release(root);
  root.write("var/lib/apt/periodic/update-success-stamp", "");
  SUBCASE("a source has the age of its own Release file") {
    fs::create_directories(root / kPartial);
    age(root / kPartial, std::chrono::hours{72});
    const auto facts = facts_of_source(root, release_file);
    REQUIRE(facts.checked_at);
    CHECK(*facts.checked_at < std::chrono::system_clock::now() - std::chrono::hours{71});
    CHECK_FALSE(facts.checked_is_weak);
  }
  SUBCASE("without a trace of the last check there is only the date of publication") {
    const auto facts = facts_of_source(root, release_file);
    CHECK(facts.checked_at == parse_release_date("Sat, 21 Nov 2026 00:53:02 UTC"));
    CHECK(facts.checked_is_weak);
  }
}

TEST_CASE("the fingerprint changes with each file that apt's answer depends on, and by nothing else") {
  const test::TemporaryFolder root;
  test::ReplayRunner runner;
  const auto print = [&] { return fingerprint({runner, root.path(), {}, {}}); };
  fs::create_directories(root / kPartial);
  std::string before = print();
  CHECK(print() == before);
  for (const char* const file :
       {"var/lib/dpkg/status", "var/lib/dpkg/arch", "var/lib/dpkg/updates/0001", "var/lib/apt/extended_states",
        "var/lib/apt/lists/a.example.org_dists_trixie_InRelease", "etc/apt/sources.list",
        "etc/apt/sources.list.d/a.sources", "etc/apt/apt.conf", "etc/apt/apt.conf.d/99a", "etc/apt/preferences",
        "etc/apt/preferences.d/a", "etc/machine-id", "etc/os-release", "var/lib/ubuntu-advantage/status.json",
        "var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists/esm.example.org_dists_noble_InRelease"}) {
    CAPTURE(file);
    for (const char* const content : {"one", "longer"}) {
      root.write(file, content);
      const std::string now = print();
      CHECK(now != before);
      before = now;
    }
    fs::remove(root / file);
    const std::string gone = print();
    CHECK(gone != before);
    before = gone;
  }
  // Each run of apt-get update touches it, also one that found nothing new.
  age(root / kPartial, std::chrono::hours{1});
  CHECK(print() != before);
  before = print();
  root.write("var/lib/apt/lists/lock", "");
  root.write("var/log/apt/history.log", "");
  CHECK(print() == before);
}

TEST_CASE("a change of each file in the fingerprint shows in a folder that is watched") {
  const auto watched = watched_paths();
  for (const char* const folder : {"/var/lib/dpkg", "/var/lib/dpkg/updates", "/var/lib/apt", "/var/lib/apt/lists",
                                   "/etc/apt", "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d",
                                   "/etc/apt/preferences.d", "/var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists"}) {
    CAPTURE(folder);
    CHECK(std::find(watched.begin(), watched.end(), fs::path(folder)) != watched.end());
  }
}

}  // namespace patchstate::apt
