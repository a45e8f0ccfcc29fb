// SPDX-License-Identifier: Apache-2.0
#include "platform/files.h"

#include <cerrno>
#include <functional>
#include <system_error>

#include <windows.h>
#include <doctest/doctest.h>

#include "platform/paths.h"
#include "platform/process_runner.h"
#include "platform/windows/wide.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
namespace fs = std::filesystem;

namespace {

int error_of(const std::function<void()>& act) {
  try {
    act();
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is made and replaced, and nothing is left beside it") {
  const test::TemporaryFolder folder;
  write_durably(folder / "file", "one");
  write_durably(folder / "file", "two");
  write_atomically(folder / "cache", "three");
  CHECK(read_file(folder / "file") == "two");
  CHECK(read_file(folder / "cache") == "three");
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("names that are not ASCII, and paths longer than MAX_PATH, are names like others") {
  const test::TemporaryFolder folder;
  fs::path deep = folder / "grün-Ж-日本";
  for (int i = 0; i < 6; ++i) deep /= std::string(60, 'n');
  for (fs::path part = folder.path(); const auto& name : deep.lexically_relative(folder.path()))
    ::CreateDirectoryW(api_path(part /= name).c_str(), nullptr);
  const auto file = deep / "ä";
  REQUIRE(file.wstring().size() > MAX_PATH);
  write_durably(file, "x");
  CHECK(read_file(file) == "x");
  CHECK(stamp(file).size == 1);
  ::DeleteFileW(api_path(file).c_str());
  for (fs::path part = deep; part != folder.path(); part = part.parent_path())
    ::RemoveDirectoryW(api_path(part).c_str());
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("a file that nobody may replace stays, the error says so, and nothing is left beside it") {
  const test::TemporaryFolder folder;
  write_durably(folder / "file", "old");
  const HANDLE held =
      ::CreateFileW((folder / "file").c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  const int error = error_of([&] { write_durably(folder / "file", "new"); });
  CHECK((error == EBUSY || error == EACCES));
  CHECK(files_in(folder.path()) == 1);
  ::CloseHandle(held);
  CHECK(read_file(folder / "file") == "old");
}

TEST_CASE("what is no regular file is neither read nor replaced") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "folder");
  CHECK(error_of([&] { write_durably(folder / "folder", "x"); }) == EISDIR);
  CHECK(error_of([] { write_durably("NUL", "x"); }) == EINVAL);
  CHECK(error_of([] { write_durably("", "x"); }) == EINVAL);
  CHECK(error_of([&] { write_durably(folder / "none/file", "x"); }) == ENOENT);
  CHECK(error_of([&] { read_file(folder / "folder"); }) == EISDIR);
  CHECK(error_of([&] { read_file(folder / "none"); }) == ENOENT);
  CHECK_FALSE(read_file_if_there(folder / "none/none"));
}

TEST_CASE("a file that is longer than it may be is not read, its head is") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "12345");
  CHECK(read_file(file, 5) == "12345");
  CHECK(error_of([&] { read_file(file, 4); }) == EFBIG);
  CHECK(read_head(file, 4) == "1234");
}

TEST_CASE("a second name of a file is put in place of what had it") {
  const test::TemporaryFolder folder;
  write_durably(folder / "one", "content");
  write_durably(folder / "two", "other");
  add_name(folder / "one", folder / "two");
  add_name(folder / "one", folder / "two");
  CHECK(read_file(folder / "two") == "content");
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("a stamp changes with the content and not without") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "one");
  const auto first = stamp(file);
  CHECK(first.size == 3);
  CHECK(stamp(file) == first);
  write_durably(file, "two");
  CHECK_FALSE(stamp(file) == first);
  CHECK(stamp(folder / "none") == FileStamp{});
  CHECK(stamp_folder(folder.path()).starts_with("file "));
  CHECK(stamp_folder(folder / "none").empty());
}

TEST_CASE("edge-105: while one holds a lock no other gets it") {
  const test::TemporaryFolder folder;
  {
    const auto lock = FileLock::try_lock(folder / "lock");
    REQUIRE(lock);
    CHECK_FALSE(FileLock::try_lock(folder / "lock"));
  }
  CHECK(FileLock::try_lock(folder / "lock"));
  CHECK(error_of([&] { FileLock::try_lock(folder / "none/lock"); }) == ENOENT);
}

TEST_CASE("edge-105: a lock goes with the process that held it, however it ends") {
  const test::TemporaryFolder folder;
  Command command;
  command.argv = {(own_program().parent_path() / "process_child.exe").string(), "lock", (folder / "lock").string()};
  command.deadline = std::chrono::seconds{5};
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.out == "locked\n");
  CHECK(FileLock::try_lock(folder / "lock"));
}
