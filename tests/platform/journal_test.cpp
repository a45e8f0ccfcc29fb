// SPDX-License-Identifier: Apache-2.0
#include "platform/journal.h"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/journal_entry.h"

using namespace patchstate;
using namespace std::string_literals;

TEST_CASE("an entry has a line for each field, and a value of several lines stands after its length") {
  CHECK(journal_entry({{"MESSAGE", "a=b"}, {"EMPTY", ""}}) == "MESSAGE=a=b\nEMPTY=\n");
  CHECK(journal_entry({{"A", "x\nB=forged"}, {"C", "1"}}) == "A\n\x0a\0\0\0\0\0\0\0x\nB=forged\nC=1\n"s);
  const std::string long_value = "\n" + std::string(300, 'x');
  CHECK(journal_entry({{"A", long_value}}) == "A\n\x2d\x01\0\0\0\0\0\0"s + long_value + "\n");
}

TEST_CASE("stderr is the journal only when it is the very stream that the environment names") {
  struct stat status {};
  REQUIRE(::fstat(STDERR_FILENO, &status) == 0);
  const auto device = std::to_string(status.st_dev);
  const auto inode = std::to_string(status.st_ino);
  const auto is_journal = [](const std::string& stream) {
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    const bool answer = belongs_in_journal();
    ::unsetenv("JOURNAL_STREAM");
    return answer;
  };
  CHECK(is_journal(device + ":" + inode));
  for (const auto& other :
       {device + ":" + inode + "1", "1" + device + ":" + inode, device + ":" + inode + " ", device + inode,
        device + ":", ":" + inode, "-" + device + ":" + inode, std::string(":"), std::string()}) {
    CAPTURE(other);
    CHECK_FALSE(is_journal(other));
  }
  CHECK_FALSE(belongs_in_journal());
}
