// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
namespace fs = std::filesystem;

TEST_CASE("a stamp changes with size, time and file, and not with what readers change") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "one");
  const auto other = folder.write("other", "two");
  const auto time = fs::last_write_time(file);
  fs::last_write_time(other, time);
  const auto first = stamp(file);
  CHECK(first.size == 3);

  fs::permissions(file, fs::perms::owner_read);  // a new ctime
  CHECK(stamp(file) == first);
  fs::last_write_time(file, time + std::chrono::nanoseconds{1});
  CHECK_FALSE(stamp(file) == first);
  fs::last_write_time(file, time);
  CHECK(stamp(file) == first);
  fs::rename(other, file);  // same size and time, another inode
  CHECK_FALSE(stamp(file) == first);
}

TEST_CASE("what is not there has the stamp of nothing, and that never throws") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "");
  folder.link("circle", "circle");
  CHECK(stamp(folder / "none") == FileStamp{});
  CHECK(stamp(file / "below") == FileStamp{});
  CHECK(stamp(folder / "circle") == FileStamp{});
  CHECK_FALSE(stamp(file) == FileStamp{});
}

TEST_CASE("the stamps of a folder are those of its files, sorted, without locks and subfolders") {
  const test::TemporaryFolder folder;
  folder.write("b", "two");
  folder.write("a", "one!");
  folder.write("lock", "");
  folder.write("partial/c", "");
  folder.link("link", "a");
  ::mkfifo((folder / "fifo").c_str(), 0600);
  const auto text = stamp_folder(folder.path());
  const auto a = stamp(folder / "a");
  CHECK(text.starts_with("a " + std::to_string(a.inode) + " 4 " + std::to_string(a.mtime_ns) + "\nb "));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.find("\nlink " + std::to_string(a.inode)) != std::string::npos);

  folder.write("lock", "held");
  folder.write("partial/d", "");
  CHECK(stamp_folder(folder.path()) == text);
  folder.write("c", "");
  CHECK(stamp_folder(folder.path()) != text);
}

TEST_CASE("a folder that is not there has no stamps") {
  const test::TemporaryFolder folder;
  CHECK(stamp_folder(folder / "none").empty());
  CHECK(stamp_folder(folder.write("file", "")).empty());
}

TEST_CASE("times of a file are its own, and nullopt where there is none") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "");
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  const auto times = file_times(file);
  REQUIRE(times);
  CHECK(times->modified.time_since_epoch().count() == status.st_mtim.tv_sec);
  CHECK(times->changed.time_since_epoch().count() == status.st_ctim.tv_sec);
  CHECK_FALSE(file_times(folder / "none"));
}
