// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <functional>
#include <system_error>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "tests/support/in_child.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using patchstate::test::holds_in_child;

namespace {

int error_of(const std::function<void()>& write) {
  try {
    write();
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is made, and replaced, with the mode that was asked") {
  const test::TemporaryFolder folder;
  const auto old_mask = ::umask(077);
  write_durably(folder / "file", "one");
  write_durably(folder / "secret", "key", 0600);
  ::umask(old_mask);
  write_durably(folder / "file", "two");
  write_atomically(folder / "cache", "three");
  CHECK(read_file(folder / "file") == "two");
  CHECK(read_file(folder / "cache") == "three");
  using std::filesystem::perms;
  CHECK(std::filesystem::status(folder / "file").permissions() ==
        (perms::owner_read | perms::owner_write | perms::group_read | perms::others_read));
  CHECK(std::filesystem::status(folder / "secret").permissions() == (perms::owner_read | perms::owner_write));
  CHECK(files_in(folder.path()) == 3);
}

TEST_CASE("a relative name and a name as long as a name may be work") {
  const test::TemporaryFolder folder;
  CHECK(holds_in_child([&] {
    std::filesystem::current_path(folder.path());
    write_durably("relative", "x");
    return read_file("relative") == "x";
  }));
  write_durably(folder / std::string(255, 'n'), "x");
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("edge-110: when the disk is full the old file stays, and nothing beside it") {
  const test::TemporaryFolder folder;
  write_durably(folder / "file", "old");
  CHECK(holds_in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    return error_of([&] { write_durably(folder / "file", std::string(100'000, 'x')); }) == EFBIG;
  }));
  CHECK(read_file(folder / "file") == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("edge-110: the same on a file system that is really full") {
  const test::TemporaryFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  write_durably(folder / "file", "old");
  CHECK(error_of([&] { write_durably(folder / "file", std::string(1'000'000, 'x')); }) == ENOSPC);
  CHECK(read_file(folder / "file") == "old");
  CHECK(files_in(folder.path()) == 1);
  ::umount(folder.path().c_str());
}

TEST_CASE("edge-110: in a folder that can't be written the old file stays") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("closed/file", "old");
  std::filesystem::permissions(folder / "closed", static_cast<std::filesystem::perms>(0555));
  CHECK(holds_in_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return false;
    return error_of([&] { write_durably(file, "new"); }) == EACCES;
  }));
  CHECK(read_file(file) == "old");
  CHECK(error_of([&] { write_durably(folder / "none/file", "new"); }) == ENOENT);
  CHECK(error_of([] { write_durably("/proc/patchstate", "new"); }) != 0);
  CHECK(error_of([] { write_durably("", "new"); }) == EINVAL);
}

TEST_CASE("what is no regular file is not replaced: /dev/stdout would be gone") {
  const test::TemporaryFolder folder;
  folder.write("target", "old");
  folder.link("link", "target");
  ::mkfifo((folder / "fifo").c_str(), 0600);
  std::filesystem::create_directory(folder / "folder");
  CHECK(error_of([&] { write_durably(folder / "link", "new"); }) == EINVAL);
  CHECK(error_of([&] { write_durably(folder / "fifo", "new"); }) == EINVAL);
  CHECK(error_of([&] { write_durably(folder / "folder", "new"); }) == EISDIR);
  CHECK(read_file(folder / "target") == "old");
  CHECK(std::filesystem::is_symlink(folder / "link"));
}

TEST_CASE(
    "what root writes into the folder of another user is that user's, as the service's key must be the service's") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give a file away");
    return;
  }
  const test::TemporaryFolder folder;
  constexpr uid_t kOther = 65534;
  REQUIRE(::chown(folder.path().c_str(), kOther, kOther) == 0);
  write_durably(folder / "key", "secret", 0600);
  struct stat status {};
  REQUIRE(::stat((folder / "key").c_str(), &status) == 0);
  CHECK(status.st_uid == kOther);
  CHECK(status.st_gid == kOther);
  CHECK((status.st_mode & 07777U) == 0600);
}
