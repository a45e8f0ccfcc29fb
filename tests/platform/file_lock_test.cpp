// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <optional>
#include <system_error>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/files.h"
#include "tests/support/in_child.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using patchstate::test::holds_in_child;

TEST_CASE("edge-105: while one process holds a lock no other gets it") {
  const test::TemporaryFolder folder;
  const auto path = folder / "lock";
  {
    auto lock = FileLock::try_lock(path);
    REQUIRE(lock);
    CHECK(holds_in_child([&] { return !FileLock::try_lock(path); }));
    const FileLock moved = std::move(*lock);
    lock.reset();
    CHECK(holds_in_child([&] { return !FileLock::try_lock(path); }));
  }
  CHECK(holds_in_child([&] { return FileLock::try_lock(path).has_value(); }));
}

TEST_CASE("edge-105: a lock goes with the process that held it, however it ends") {
  const test::TemporaryFolder folder;
  const auto path = folder / "lock";
  int held[2];
  REQUIRE(::pipe(held) == 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto lock = FileLock::try_lock(path);
    if (::write(held[1], lock ? "y" : "n", 1) == 1) ::pause();
    ::_exit(0);
  }
  char answer = 0;
  CHECK(::read(held[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(FileLock::try_lock(path));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  CHECK(FileLock::try_lock(path));
  ::close(held[0]);
  ::close(held[1]);
}

TEST_CASE("a lock that can't be made is an exception, not a held one") {
  const test::TemporaryFolder folder;
  folder.link("link", "target");
  CHECK_THROWS_AS(FileLock::try_lock(folder / "none/lock"), std::system_error);
  CHECK_THROWS_AS(FileLock::try_lock(folder / "link"), std::system_error);
  CHECK_FALSE(std::filesystem::exists(folder / "target"));
}
