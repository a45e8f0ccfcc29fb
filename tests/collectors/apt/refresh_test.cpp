// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collectors/apt/apt_refresh.h"
#include "collectors/apt/apt_update_output.h"
#include "platform/hash.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;
using patchstate::test::ReplayRunner;
using patchstate::test::TemporaryFolder;

RefreshResult refresh_that_says(const ProcessResult& said,
                                std::chrono::milliseconds deadline = std::chrono::seconds{5}) {
  ReplayRunner runner;
  runner.add({"apt-get", "update", "Error-Mode=any"}, said);
  return refresh_apt({runner, "/", {}, {}}, deadline);
}

/// A system in a folder whose only source is a local repository with the package `a`.
class RefreshableRoot {
 public:
  RefreshableRoot() {
    const std::string packages =
        "Package: a\nVersion: 2\nArchitecture: amd64\nFilename: a.deb\nSize: 1\nSHA256: " + std::string(64, '0') +
        "\n\n";
    folder_.write("repository/Packages", packages);
    folder_.write("repository/Release",
                  "Origin: Test\nSuite: test\nCodename: test\nDate: Sat, 21 Nov 2026 00:53:02 UTC\n"
                  "Architectures: amd64\nSHA256:\n " +
                      sha256_hex(packages) + " " + std::to_string(packages.size()) + " Packages\n");
    folder_.write("root/var/lib/dpkg/arch", "amd64\n");
    folder_.write("root/var/lib/dpkg/status",
                  "Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n"
                  "Maintainer: Nobody <nobody@example.org>\nDescription: x\n\n");
    for (const char* const name :
         {"etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/cache/apt"})
      fs::create_directories(root() / name);
    add_source("deb [trusted=yes] file:" + (folder_ / "repository").string() + " ./");
  }

  fs::path root() const { return folder_ / "root"; }
  void add_source(const std::string& line) {
    sources_ += line + "\n";
    folder_.write("root/etc/apt/sources.list", sources_);
    // The date of the repository is fixed, the clock is not.
    folder_.write("root/etc/apt/apt.conf.d/50date", "Acquire::Check-Date \"false\";\n");
  }
  RefreshResult refresh(std::chrono::milliseconds deadline = std::chrono::seconds{60}) const {
    SystemProcessRunner runner;
    return refresh_apt({runner, root(), {}, {}}, deadline);
  }
  bool has_fetched() const {
    for (const auto& entry : fs::directory_iterator(root() / "var/lib/apt/lists"))
      if (entry.path().filename().string().ends_with("Release")) return true;
    return false;
  }

 private:
  TemporaryFolder folder_;
  std::string sources_;
};

/// Another process that holds the lock on the lists, as apt-get update does.
class LockHolderProcess {
 public:
  explicit LockHolderProcess(const fs::path& file) {
    std::array<int, 2> ready{};
    REQUIRE(pipe(ready.data()) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
      struct flock lock {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      const char answer = fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
      if (write(ready[1], &answer, 1) == 1) pause();
      _exit(1);
    }
    char answer = 'n';
    REQUIRE(read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    close(ready[0]);
    close(ready[1]);
  }
  LockHolderProcess(const LockHolderProcess&) = delete;
  LockHolderProcess& operator=(const LockHolderProcess&) = delete;
  ~LockHolderProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

bool has_apt() {
  return !find_program("apt-get").empty() && !find_program("dpkg-query").empty();
}

}  // namespace

TEST_CASE("edges 1, 2, 121: an update that exits with 0 and W: lines has failed, source by source") {
  const auto result = refresh_that_says(ReplayRunner::exited(
      0, "Ign:1 http://deb.example.org/debian bookworm InRelease\n",
      "W: Failed to fetch http://deb.example.org/debian/dists/bookworm/InRelease  Could not connect to "
      "deb.example.org:80\n"
      "W: GPG error: https://user:secret@vendor.example.org/apt stable InRelease: The following signatures couldn't be "
      "verified\n"
      "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"));
  CHECK_FALSE(result.succeeded);
  REQUIRE(result.warnings.size() == 2);
  CHECK(result.warnings[0].code == "refresh_failed");
  CHECK(result.warnings[0].subject == "http://deb.example.org/debian/dists/bookworm/InRelease");
  CHECK(result.warnings[0].incomplete);
  CHECK(result.warnings[1].message.find("secret") == std::string::npos);
  CHECK(result.warnings[1].subject.find("secret") == std::string::npos);
  CHECK(result.warnings[1].subject.find("vendor.example.org/apt") != std::string::npos);
}

TEST_CASE("each of apt's sentences about metadata that is not fresh is a failure, a remark is not") {
  struct Case {
    const char* line;
    bool failed;
    const char* uri;
  };
  const Case cases[] = {
      {"E: The repository 'http://deb.example.org/debian nosuch Release' does not have a Release file.", true,
       "http://deb.example.org/debian"},
      {"E: The repository 'http://deb.example.org/debian x InRelease' is not signed.", true,
       "http://deb.example.org/debian"},
      {"E: Release file for http://deb.example.org/dists/x/InRelease is expired (invalid since 3d). Updates for this "
       "repository will not be applied.",
       true, "http://deb.example.org/dists/x/InRelease"},
      {"W: An error occurred during the signature verification. The repository is not updated and the previous index "
       "files "
       "will be used. GPG error: http://deb.example.org x InRelease: NO_PUBKEY 1",
       true, "http://deb.example.org"},
      {"W: Failed to fetch store:/var/lib/apt/lists/partial/x  Hash Sum mismatch", true,
       "store:/var/lib/apt/lists/partial/x"},
      {"E: Malformed entry 1 in list file /etc/apt/sources.list (Suite)", true, ""},
      {"W: Target Packages (main/binary-all/Packages) is configured multiple times in /etc/apt/sources.list:1", false,
       ""},
      {"W: http://deb.example.org/dists/x/InRelease: Key is stored in legacy trusted.gpg keyring", false,
       "http://deb.example.org/dists/x/InRelease"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.line);
    const auto complaints = parse_update_complaints(one.line).complaints;
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].failed == one.failed);
    CHECK(complaints[0].uri == one.uri);
  }
  CHECK(parse_update_complaints("N: a notice\nReading package lists...\n\xff\n").complaints.empty());
  const auto remark =
      refresh_that_says(ReplayRunner::exited(0, "", "W: Target Packages is configured multiple times\n"));
  CHECK(remark.succeeded);
  REQUIRE(remark.warnings.size() == 1);
  CHECK_FALSE(remark.warnings[0].incomplete);
}

TEST_CASE("a refresh that could not run or end is a failed one that says why") {
  ProcessResult missing;
  missing.start_error = ENOENT;
  ProcessResult slow;
  slow.ending = Ending::timed_out;
  ProcessResult killed;
  killed.ending = Ending::signalled;
  killed.signal = 9;
  for (const auto& said :
       {missing, slow, killed, ReplayRunner::exited(100, "", ""), ReplayRunner::exited(100, "garbage \xff", "junk")}) {
    const auto result = refresh_that_says(said);
    CHECK_FALSE(result.succeeded);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0].code == "refresh_failed");
    CHECK(result.warnings[0].incomplete);
    CHECK(result.warnings[0].message.find("apt-get update") != std::string::npos);
  }
  CHECK(refresh_that_says(ReplayRunner::exited(0, "Reading package lists...\n")).succeeded);
}

TEST_CASE("edges 5, 25: a held lock is waited for within the deadline, and its holder named") {
  for (const auto* sentence :
       {"E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)\nE: Unable to "
        "lock directory /var/lib/apt/lists/\n",
        "E: Could not get lock /var/lib/apt/lists/lock - open (11: Resource temporarily unavailable)\n"}) {
    ReplayRunner runner;
    runner.add({"apt-get", "update"}, ReplayRunner::exited(100, "", sentence));
    const auto begin = std::chrono::steady_clock::now();
    const auto result = refresh_apt({runner, "/", {}, {}}, std::chrono::milliseconds{400});
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{30});
    CHECK_FALSE(result.succeeded);
    CHECK(runner.commands.size() > 1);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0].subject == "/var/lib/apt/lists/lock");
    const bool names = std::string(sentence).find("4711") != std::string::npos;
    CHECK((result.warnings[0].message.find("process 4711 (apt-get)") != std::string::npos) == names);
  }
}

TEST_CASE("edge-9: a refresh is not repeated once the lock is free") {
  ReplayRunner runner;
  runner.add({"apt-get", "update"}, ReplayRunner::exited(0, ""));
  CHECK(refresh_apt({runner, "/", {}, {}}, std::chrono::seconds{5}).succeeded);
  CHECK(runner.commands.size() == 1);
}

TEST_CASE("the real apt refreshes a system in a folder from a local repository") {
  if (!has_apt()) return;
  const RefreshableRoot image;
  CHECK_FALSE(image.has_fetched());
  const auto result = image.refresh();
  for (const auto& warning : result.warnings) CAPTURE(warning.message);
  CHECK(result.succeeded);
  CHECK(image.has_fetched());
}

TEST_CASE("edge-2: one unreachable mirror of two fails the refresh, is named, and the other is fetched") {
  if (!has_apt()) return;
  RefreshableRoot image;
  image.add_source("deb http://user:secret@127.0.0.1:9/debian trixie main");
  const auto result = image.refresh();
  CHECK_FALSE(result.succeeded);
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].subject == "http://127.0.0.1:9/debian/dists/trixie/InRelease");
  CHECK(result.warnings[0].message.find("secret") == std::string::npos);
  CHECK(image.has_fetched());
}

TEST_CASE("edge-25: the lists lock held by another process ends the refresh in time, with that process named") {
  if (!has_apt()) return;
  const RefreshableRoot image;
  const LockHolderProcess holder(image.root() / "var/lib/apt/lists/lock");
  const auto result = image.refresh(std::chrono::seconds{2});
  CHECK_FALSE(result.succeeded);
  CHECK_FALSE(image.has_fetched());
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].message.find(std::to_string(holder.pid())) != std::string::npos);
}

}  // namespace patchstate::apt
