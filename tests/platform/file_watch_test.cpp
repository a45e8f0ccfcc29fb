// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/file_watch.h"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>

#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace fs = std::filesystem;

namespace {

/// inotify queues an event before the call that caused it returns: nothing needs to be waited for.
bool wakes(const FileWatch& watch) {
  pollfd event{watch.descriptor(), POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

}  // namespace

TEST_CASE("what is made, written, renamed or deleted in a watched folder is a change, reading is not even an event") {
  const test::TemporaryFolder folder;
  folder.write("dpkg/status", "a");
  FileWatch watch;
  watch.watch({folder / "dpkg"});
  CHECK(watch.problem().empty());
  CHECK_FALSE(wakes(watch));

  std::string text;
  std::ifstream(folder / "dpkg/status") >> text;
  CHECK_FALSE(fs::is_empty(folder / "dpkg"));
  fs::permissions(folder / "dpkg/status", fs::perms::owner_read | fs::perms::owner_write);
  CHECK_FALSE(wakes(watch));

  folder.write("dpkg/status", "b");
  CHECK(watch.take_changes());
  CHECK_FALSE(watch.take_changes());
  folder.write("dpkg/status-new", "c");
  CHECK(watch.take_changes());
  fs::rename(folder / "dpkg/status-new", folder / "dpkg/status");
  CHECK(watch.take_changes());
  fs::remove(folder / "dpkg/status");
  CHECK(watch.take_changes());
  fs::create_directory(folder / "dpkg/updates");
  CHECK(watch.take_changes());
}

TEST_CASE("locks, unfinished downloads, an editor's locks and what databases keep beside themselves are no change") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "lists");
  FileWatch watch;
  watch.watch({folder / "lists"});
  for (const char* const name : {"lists/lock", "lists/lock-frontend", "lists/a.lock", "lists/.#list",
                                 "lists/rpmdb.sqlite-shm", "lists/rpmdb.sqlite-wal", "lists/__db.001"}) {
    CAPTURE(name);
    folder.write(name, "");
    fs::remove(folder / name);
    CHECK_FALSE(watch.take_changes());
  }
  fs::create_directory(folder / "lists/partial");
  CHECK_FALSE(watch.take_changes());
  folder.write("lists/partial/Packages", "half");
  CHECK_FALSE(wakes(watch));
  fs::rename(folder / "lists/partial/Packages", folder / "lists/Packages");
  CHECK(watch.take_changes());
}

TEST_CASE("a file is watched by its name: replaced, deleted and made again, and nothing beside it") {
  const test::TemporaryFolder folder;
  folder.write("etc/patchstate.toml", "a");
  FileWatch watch;
  watch.watch({folder / "etc/patchstate.toml"});
  for (int round = 0; round < 3; ++round) {
    folder.write("etc/other", "b");
    CHECK_FALSE(watch.take_changes());
    fs::rename(folder / "etc/other", folder / "etc/patchstate.toml");
    CHECK(watch.take_changes());
    folder.write("etc/patchstate.toml", "c");
    CHECK(watch.take_changes());
    fs::remove(folder / "etc/patchstate.toml");
    CHECK(watch.take_changes());
    folder.write("etc/patchstate.toml", "d");
    CHECK(watch.take_changes());
  }
}

TEST_CASE("a folder that is not there counts when it appears, however much above it is missing too") {
  const test::TemporaryFolder folder;
  FileWatch watch;
  watch.watch({folder / "a/b/c"});
  CHECK(watch.problem().empty());
  folder.write("beside", "");
  CHECK_FALSE(watch.take_changes());
  fs::create_directory(folder / "a");
  CHECK(watch.take_changes());
  folder.write("a/beside", "");
  CHECK_FALSE(watch.take_changes());
  fs::create_directories(folder / "a/b/c");
  CHECK(watch.take_changes());
  folder.write("a/b/c/file", "");
  CHECK(watch.take_changes());
  folder.write("a/b/beside", "");
  CHECK_FALSE(watch.take_changes());
}

TEST_CASE("a folder that is deleted or moved away and made again is still watched") {
  const test::TemporaryFolder folder;
  folder.write("lists/a", "");
  FileWatch watch;
  watch.watch({folder / "lists"});
  for (int round = 0; round < 3; ++round) {
    fs::remove_all(folder / "lists");
    CHECK(watch.take_changes());
    fs::create_directory(folder / "lists");
    CHECK(watch.take_changes());
    folder.write("lists/a", "");
    CHECK(watch.take_changes());
    fs::rename(folder / "lists", folder / "old");
    fs::create_directory(folder / "lists");
    CHECK(watch.take_changes());
    folder.write("old/a", "b");
    CHECK_FALSE(watch.take_changes());
    folder.write("lists/a", "b");
    CHECK(watch.take_changes());
    fs::remove_all(folder / "old");
  }
}

TEST_CASE("with /* the folders in a folder are watched too, also those that come, go and are replaced later") {
  const test::TemporaryFolder folder;
  folder.write("cache/old/repomd.xml", "a");
  FileWatch watch;
  watch.watch({folder / "cache/*", folder / "later/*"});
  CHECK(watch.problem().empty());
  CHECK_FALSE(wakes(watch));
  folder.write("cache/old/repomd.xml", "b");
  CHECK(watch.take_changes());
  folder.write("cache/updates.solv", "");
  CHECK(watch.take_changes());
  for (const char* const place : {"cache/new", "cache/moved", "later/new"}) {
    CAPTURE(place);
    fs::create_directories(folder / "beside/moved");
    if (std::string_view(place) == "cache/moved")
      fs::rename(folder / "beside/moved", folder / place);
    else
      fs::create_directories(folder / place);
    CHECK(watch.take_changes());
    CHECK_FALSE(watch.take_changes());
    folder.write(std::string(place) + "/repomd.xml", "a");
    CHECK(watch.take_changes());
    folder.write(std::string(place) + "/repodata/too-deep", "a");
    CHECK(watch.take_changes());  // the folder that it made
    folder.write(std::string(place) + "/repodata/too-deep", "b");
    CHECK_FALSE(watch.take_changes());
    fs::remove_all(folder / place);
    CHECK(watch.take_changes());
  }
  fs::create_directory(folder / "cache/partial");
  CHECK_FALSE(watch.take_changes());
}

TEST_CASE("of more folders than are sensible to watch the rest is named") {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 500; ++i) fs::create_directories(folder / fmt::format("cache/{}", i));
  FileWatch watch;
  watch.watch({folder / "cache/*"});
  CHECK(watch.problem().empty());
  fs::create_directory(folder / "cache/500");
  CHECK(watch.take_changes());
  CHECK(watch.problem().find("only 500 of the 501 folders") != std::string::npos);
}

TEST_CASE("more events than the system keeps are a change, and afterwards everything is still watched") {
  std::size_t most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most > 20'000) {
    MESSAGE("not tried: the queue holds ", most, " events here");
    return;
  }
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "lists");
  FileWatch watch;
  watch.watch({folder / "lists"});
  // Names that are no change themselves, so that only the overflow is one; in turns, for the same event is kept once.
  for (std::size_t i = 0; i <= most; ++i) folder.write(i % 2 == 0 ? "lists/a.lock" : "lists/b.lock", "");
  CHECK(watch.take_changes());
  CHECK_FALSE(watch.take_changes());
  folder.write("lists/a", "");
  CHECK(watch.take_changes());
}

TEST_CASE("watching others instead leaves nothing of the first") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "a");
  fs::create_directory(folder / "b");
  FileWatch watch;
  for (int round = 0; round < 1000; ++round) watch.watch({folder / "a"});
  watch.watch({folder / "b"});
  folder.write("a/file", "");
  CHECK_FALSE(wakes(watch));
  folder.write("b/file", "");
  CHECK(watch.take_changes());
  watch.watch({folder / "b/file"});
  folder.write("b/beside", "");
  CHECK_FALSE(watch.take_changes());
}
