// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_file.h"

#include <system_error>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

TEST_CASE("a secret is read from a file that only its owner may read, without the space around it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  for (const unsigned mode : {0600U, 0400U, 0700U}) {
    write_atomically(file, "\n psh_abc \r\n", mode);
    CHECK(read_secret(file).secret == "psh_abc");
    CHECK(read_secret(file).problem == "");
  }
}

TEST_CASE("a secret that others may read or change is refused with the command that mends it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0777U}) {
    CAPTURE(mode);
    write_atomically(file, "psh_abc", mode);
    const auto result = read_secret(file);
    CHECK(result.secret == "");
    CHECK(result.problem.find("chmod 600 " + file.string()) != std::string::npos);
    CHECK(result.problem.find("psh_abc") == std::string::npos);
  }
  if (::geteuid() != 0) return;
  write_atomically(file, "psh_abc", 0600);
  REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
  CHECK(read_secret(file).problem.find("belongs to another user") != std::string::npos);
}

TEST_CASE("what holds no secret is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  write_atomically(file, " \n", 0600);
  CHECK(read_secret(file).problem == file.string() + " is empty");
  write_atomically(file, std::string(20'000, 'x'), 0600);
  CHECK_THROWS_AS(read_secret(file), std::system_error);
  CHECK_THROWS_AS(read_secret(folder.path()), std::system_error);
  CHECK_THROWS_AS(read_secret(folder.path() / "absent"), std::system_error);
  REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_AS(read_secret(folder.path() / "fifo"), std::system_error);
}
