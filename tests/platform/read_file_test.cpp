// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <optional>
#include <system_error>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

/// errno of what `read` throws, 0 when it does not throw.
template <class Read>
int error_of(Read read) {
  try {
    read();
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

}  // namespace

TEST_CASE("a file is read whole up to its limit, and not at all beyond it") {
  const test::TemporaryFolder folder;
  const std::string binary("a\0b\xff\n", 5);
  CHECK(read_file(folder.write("binary", binary)) == binary);
  CHECK(read_file(folder.write("empty", "")).empty());
  const auto large = folder.write("large", std::string(100'000, 'x'));
  CHECK(read_file(large, 100'000).size() == 100'000);
  CHECK(error_of([&] { read_file(large, 99'999); }) == EFBIG);
  CHECK(read_head(large, 99'999) == std::string(99'999, 'x'));
  CHECK(read_head(large, 200'000).size() == 100'000);
  CHECK(read_head(large, 0).empty());
}

TEST_CASE("a file that does not tell its size keeps the limit") {
  CHECK(read_file("/proc/self/status").starts_with("Name:"));
  CHECK(error_of([] { read_file("/proc/self/status", 100); }) == EFBIG);
  CHECK(read_head("/proc/self/status", 5) == "Name:");
}

TEST_CASE("a sparse terabyte is refused before it is read") {
  const test::TemporaryFolder folder;
  const auto huge = folder.write("huge", "");
  std::filesystem::resize_file(huge, 1ULL << 40U);
  CHECK(error_of([&] { read_file(huge); }) == EFBIG);
  CHECK(read_head(huge, 10) == std::string(10, '\0'));
}

TEST_CASE("what is no regular file is never opened: a FIFO would hold us, a device would answer for ever") {
  const test::TemporaryFolder folder;
  ::mkfifo((folder / "fifo").c_str(), 0600);
  CHECK(error_of([&] { read_file(folder / "fifo"); }) == EINVAL);
  CHECK(error_of([&] { read_file_if_there(folder / "fifo"); }) == EINVAL);
  CHECK(error_of([&] { read_head(folder / "fifo", 10); }) == EINVAL);
  CHECK(error_of([] { read_head("/dev/zero", 10); }) == EINVAL);
  CHECK(error_of([&] { read_file(folder.path()); }) == EISDIR);
}

TEST_CASE("a file that is not there is nullopt only where that was asked") {
  const test::TemporaryFolder folder;
  folder.write("file", "x");
  CHECK(read_file_if_there(folder / "none") == std::nullopt);
  CHECK(read_file_if_there(folder / "none/below") == std::nullopt);
  CHECK(read_file_if_there(folder / "file/below") == std::nullopt);
  CHECK(read_file_if_there(folder / "file") == "x");
  CHECK(error_of([&] { read_file(folder / "none"); }) == ENOENT);
  folder.link("circle", "circle");
  CHECK(error_of([&] { read_file_if_there(folder / "circle"); }) == ELOOP);
}

TEST_CASE("an error names the file") {
  try {
    read_file("/no/such/file");
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK(std::string(error.what()) == "cannot read /no/such/file: No such file or directory");
  }
}
