// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/machine.h"
#include "tests/support/in_child.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLong{20'000};

std::string mapping(const std::string& permissions, const std::string& path) {
  return "7f5d3c000000-7f5d3c155000 " + permissions + " 00026000 fe:00 1312011                    " + path + "\n";
}

void add_process(const test::TemporaryFolder& proc, int pid, const std::string& maps) {
  proc.write(std::to_string(pid) + "/maps", maps);
  proc.link(std::to_string(pid) + "/exe", "/usr/sbin/daemon");
  proc.write(std::to_string(pid) + "/comm", "daemon" + std::to_string(pid) + "\n");
}

}  // namespace

TEST_CASE("a program or library of a package that is executed though it is gone counts, scratch memory does not") {
  struct {
    const char* permissions;
    const char* path;
    bool counts;
  } const cases[] = {{"r-xp", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)", true},
                     {"r-xp", "/usr/sbin/sshd (deleted)", true},
                     {"r-xp", "/lib/libm.so.6 (deleted)", true},
                     {"r-xp", "/lib64/ld-linux-x86-64.so.2 (deleted)", true},
                     {"rwxp", "/opt/product/daemon (deleted)", true},
                     {"r-xp", "/usr/lib/with blank.so (deleted)", true},
                     {"r--p", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)", false},
                     {"r-xp", "/usr/lib/x86_64-linux-gnu/libc.so.6", false},
                     {"r-xp", "/usr/lib/odd (deleted) name.so", false},
                     {"rwxs", "/memfd:pulseaudio (deleted)", false},
                     {"r-xs", "/dev/zero (deleted)", false},
                     {"rwxs", "/SYSV00000000 (deleted)", false},
                     {"r-xp", "/tmp/libjit.so (deleted)", false},
                     {"r-xp", "/var/tmp/x.so (deleted)", false},
                     {"r-xp", "/dev/shm/x (deleted)", false},
                     {"r-xp", "/run/user/1000/x (deleted)", false},
                     {"rwxs", "/drm mm object (deleted)", false},
                     {"rwxs", "/i915 (deleted)", false},
                     {"rwxs", "/[aio] (deleted)", false},
                     {"r-xp", "usr/lib/relative.so (deleted)", false},
                     {"r-xp", "/home/eve/bin/tool (deleted)", false},
                     {"r-xp", "/library/x.so (deleted)", false}};
  for (const auto& [permissions, path, counts] : cases) {
    const auto& shown = path;
    CAPTURE(shown);
    const test::TemporaryFolder proc;
    add_process(proc, 42, mapping("r-xp", "/usr/bin/bash") + mapping(permissions, path) + mapping("rw-p", "[heap]"));
    const auto scan = scan_deleted_files(proc.path(), kLong);
    CHECK(scan.readable == 1);
    CHECK(scan.complete);
    REQUIRE(scan.processes.size() == (counts ? 1 : 0));
    if (!counts) continue;
    CHECK(scan.processes[0].pid == 42);
    CHECK(scan.processes[0].name == "daemon42");
    CHECK(scan.processes[0].file + " (deleted)" == path);
  }
}

TEST_CASE("only processes are looked at, and kernel threads have no memory") {
  const test::TemporaryFolder proc;
  add_process(proc, 1, mapping("r-xp", "/usr/lib/systemd/systemd (deleted)"));
  proc.write("2/maps", "");
  add_process(proc, 3, "");  // between its program's end and its own
  proc.write("1x/maps", mapping("r-xp", "/usr/bin/x (deleted)"));
  proc.write("self/maps", mapping("r-xp", "/usr/bin/x (deleted)"));
  proc.write("99999999999999999999/maps", mapping("r-xp", "/usr/bin/x (deleted)"));
  std::filesystem::create_directory(proc / "77");
  const auto scan = scan_deleted_files(proc.path(), kLong);
  CHECK(scan.readable == 1);
  CHECK(scan.unreadable == 0);
  CHECK(scan.processes.size() == 1);
}

TEST_CASE("a deleted library is found wherever it stands in a map longer than one read") {
  const auto hit = mapping("r-xp", "/usr/lib/libssl.so.3 (deleted)");
  for (std::size_t before = 16'384 - 2 * hit.size(); before < 16'384 + 16; before += 7) {
    CAPTURE(before);
    const test::TemporaryFolder proc;
    std::string maps = mapping("r-xp", "/usr/lib/" + std::string(before - 82, 'x'));
    add_process(proc, 9, maps + hit + mapping("rw-p", "[stack]"));
    const auto scan = scan_deleted_files(proc.path(), kLong);
    REQUIRE(scan.processes.size() == 1);
    CHECK(scan.processes[0].file == "/usr/lib/libssl.so.3");
  }
}

TEST_CASE("maps that are no maps are read without harm") {
  for (const auto& text :
       {std::string(" (deleted)\n"), std::string("/ (deleted)\n"), std::string("x /usr/a (deleted)\n"),
        std::string("- r-xp/usr/a (deleted)\n"), std::string(1'000'000, 'x'), std::string(1'000'000, '\n'),
        std::string(300'000, '\0') + " (deleted)\n"}) {
    const test::TemporaryFolder proc;
    add_process(proc, 5, text);
    CHECK(scan_deleted_files(proc.path(), kLong).processes.empty());
  }
}

TEST_CASE("edge-106: a scan that runs out of time says that it is not complete") {
  const test::TemporaryFolder proc;
  add_process(proc, 3, mapping("r-xp", "/usr/bin/x (deleted)"));
  CHECK_FALSE(scan_deleted_files(proc.path(), milliseconds{0}).complete);
  CHECK_FALSE(scan_deleted_files(proc / "none", kLong).complete);
}

TEST_CASE("processes of others count as unreadable") {
  const test::TemporaryFolder proc;
  add_process(proc, 3, mapping("r-xp", "/usr/bin/x (deleted)"));
  std::filesystem::permissions(proc / "3/maps", std::filesystem::perms::none);
  CHECK(test::holds_in_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return false;
    const auto scan = scan_deleted_files(proc.path(), kLong);
    return scan.readable == 0 && scan.unreadable == 1 && scan.processes.empty() && scan.complete;
  }));
}

TEST_CASE("a real process whose program was replaced is found") {
  const std::filesystem::path program = "/opt/patchstate-test-" + random_uuid();
  std::error_code error;
  std::filesystem::copy_file("/bin/sleep", program, error);
  if (error) {
    MESSAGE("skipped: /opt can't be written here");
    return;
  }
  int started[2];
  REQUIRE(::pipe2(started, O_CLOEXEC) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl(program.c_str(), program.c_str(), "1000", nullptr);
    ::_exit(1);
  }
  ::close(started[1]);
  char nothing = 0;
  CHECK(::read(started[0], &nothing, 1) == 0);  // closed by exec
  ::close(started[0]);
  std::filesystem::remove(program);
  const auto scan = scan_deleted_files("/proc", kLong);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  const auto found = std::find_if(scan.processes.begin(), scan.processes.end(),
                                  [&](const ProcessUsingDeletedFile& process) { return process.pid == pid; });
  REQUIRE(found != scan.processes.end());
  CHECK(found->file == program);
}
