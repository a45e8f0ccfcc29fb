// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <windows.h>
#include <doctest/doctest.h>

#include "platform/windows/file_watch.h"
#include "platform/windows/registry_watch.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace fs = std::filesystem;

namespace {

constexpr DWORD kLongest = 60'000;  ///< milliseconds; the system tells of a change when it gets to it

/// Whether what happens next counts; what does not count may be told in several pieces, so `last` ends the wait.
bool counts(FileWatch& watch) {
  const auto events = watch.events();
  REQUIRE_FALSE(events.empty());
  const DWORD which = ::WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE, kLongest);
  REQUIRE(which < events.size());
  return watch.take_changes();
}

/// Until something counts; what counted before has been taken.
bool counts_in_the_end(FileWatch& watch) {
  for (int i = 0; i < 20; ++i)
    if (counts(watch)) return true;
  return false;
}

/// A key of the registry that goes with this object.
class TemporaryKey {
 public:
  TemporaryKey() { remove(); }
  TemporaryKey(const TemporaryKey&) = delete;
  TemporaryKey& operator=(const TemporaryKey&) = delete;
  ~TemporaryKey() { remove(); }

  static std::wstring name(const std::wstring& below = {}) { return L"SOFTWARE\\patchstate-test" + below; }
  static void make(const std::wstring& below = {}) {
    HKEY key = nullptr;
    REQUIRE(::RegCreateKeyExW(HKEY_LOCAL_MACHINE, name(below).c_str(), 0, nullptr, 0, KEY_SET_VALUE, nullptr, &key,
                              nullptr) == ERROR_SUCCESS);
    ::RegCloseKey(key);
  }
  static void set(const wchar_t* value, DWORD number, const std::wstring& below = {}) {
    REQUIRE(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, name(below).c_str(), value, REG_DWORD, &number, sizeof number) ==
            ERROR_SUCCESS);
  }
  static void remove(const std::wstring& below = {}) { ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, name(below).c_str()); }
};

bool counts(RegistryWatch& watch) {
  return ::WaitForSingleObject(watch.event().get(), kLongest) == WAIT_OBJECT_0 && watch.take_changes();
}

}  // namespace

TEST_CASE("what is made, written, renamed or deleted in a watched folder is a change") {
  const test::TemporaryFolder folder;
  folder.write("watched/a", "1");
  FileWatch watch;
  watch.watch({folder / "watched"});
  CHECK(watch.problem().empty());
  CHECK_FALSE(watch.take_changes());

  folder.write("watched/a", "12");
  CHECK(counts(watch));
  folder.write("watched/b", "1");
  CHECK(counts_in_the_end(watch));
  fs::rename(folder / "watched/b", folder / "watched/c");
  CHECK(counts_in_the_end(watch));
  fs::remove(folder / "watched/c");
  CHECK(counts_in_the_end(watch));
}

TEST_CASE("of a watched file's folder only the file counts, whatever the case of its name") {
  const test::TemporaryFolder folder;
  folder.write("etc/patchstate.toml", "1");
  FileWatch watch;
  watch.watch({folder / "etc/PatchState.toml"});
  folder.write("etc/another", "1");
  folder.write("etc/patchstate.toml.lock", "1");
  CHECK_FALSE(counts(watch));
  folder.write("etc/patchstate.toml", "12");
  CHECK(counts_in_the_end(watch));
}

TEST_CASE("a path that is not there counts when it appears, and what is in it from then on") {
  const test::TemporaryFolder folder;
  FileWatch watch;
  watch.watch({folder / "a/b"});
  CHECK(watch.problem().empty());
  fs::create_directories(folder / "a/b");
  CHECK(counts_in_the_end(watch));
  folder.write("a/b/file", "1");
  CHECK(counts_in_the_end(watch));
}

TEST_CASE("more folders than one wait takes are a problem, and the others are watched") {
  const test::TemporaryFolder folder;
  std::vector<fs::path> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(folder / std::to_string(i));
    fs::create_directories(many.back());
  }
  FileWatch watch;
  watch.watch(many);
  CHECK(watch.problem().find("folders are watched") != std::string::npos);
  folder.write("0/file", "1");
  CHECK(counts_in_the_end(watch));
}

TEST_CASE("a value and a key below a watched key are a change, once each") {
  const TemporaryKey key;
  TemporaryKey::make();
  RegistryWatch watch;
  watch.watch({TemporaryKey::name()});
  CHECK(watch.problem().empty());
  CHECK_FALSE(watch.take_changes());
  TemporaryKey::set(L"WUServer", 1);
  CHECK(counts(watch));
  CHECK_FALSE(watch.take_changes());
  TemporaryKey::make(L"\\AU");
  CHECK(counts(watch));
  TemporaryKey::set(L"UseWUServer", 1, L"\\AU");
  CHECK(counts(watch));
}

TEST_CASE("a missing key counts when it appears, and when it goes and comes again") {
  const TemporaryKey key;
  RegistryWatch watch;
  watch.watch({TemporaryKey::name(L"\\a\\RebootRequired")});
  CHECK(watch.problem().empty());
  TemporaryKey::make(L"\\a");
  CHECK(counts(watch));
  TemporaryKey::make(L"\\a\\RebootRequired");
  CHECK(counts(watch));
  TemporaryKey::remove(L"\\a\\RebootRequired");
  CHECK(counts(watch));
  TemporaryKey::make(L"\\a\\RebootRequired");
  CHECK(counts(watch));
}

TEST_CASE("nothing to watch is nothing to wait for") {
  RegistryWatch watch;
  watch.watch({});
  CHECK_FALSE(watch.event());
  CHECK_FALSE(watch.take_changes());
}
