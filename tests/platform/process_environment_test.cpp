// SPDX-License-Identifier: Apache-2.0
// What a program finds when it starts, and how its end is told. Real programs.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "platform/process_runner.h"
#include "tests/support/in_child.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using patchstate::test::holds_in_child;

namespace {

ProcessResult run(std::vector<std::string> argv, std::vector<std::pair<std::string, std::string>> environment = {}) {
  Command command;
  command.argv = std::move(argv);
  command.environment = std::move(environment);
  command.deadline = std::chrono::seconds{20};
  return SystemProcessRunner().run(command);
}

ProcessResult shell(const std::string& script) {
  return run({"/bin/sh", "-c", script});
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace

TEST_CASE("exit code, stdout and stderr come back apart") {
  const auto result = shell("echo out; echo err >&2; exit 42");
  CHECK(result.ending == Ending::exited);
  CHECK(result.exit_code == 42);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK_FALSE(result.ok());
  CHECK(shell("true").ok());
}

TEST_CASE("a program that a signal ended did not exit") {
  const auto result = shell("echo half; kill -SEGV $$");
  CHECK(result.ending == Ending::signalled);
  CHECK(result.signal == SIGSEGV);
  CHECK(result.out == "half\n");
}

TEST_CASE("why a program can't be started is a value") {
  const test::TemporaryFolder folder;
  const auto not_executable = folder.write("file", "text");
  const auto no_interpreter = folder.write("script", "echo no shell, ever\n");
  std::filesystem::permissions(no_interpreter, std::filesystem::perms::owner_all);
  struct {
    std::vector<std::string> argv;
    int error;
  } const cases[] = {{{"patchstate-no-such-program"}, ENOENT},
                     {{"/no/such/program"}, ENOENT},
                     {{"./relative"}, ENOENT},
                     {{"sh/../sh"}, ENOENT},
                     {{""}, ENOENT},
                     {{not_executable.string()}, EACCES},
                     {{folder.path().string()}, EACCES},
                     {{no_interpreter.string()}, ENOEXEC},
                     {{}, EINVAL},
                     {{"/bin/echo", std::string("a\0b", 3)}, EINVAL}};
  for (const auto& [argv, error] : cases) {
    const auto words = argv.size();
    CAPTURE(words);
    const auto wanted = error;
    CAPTURE(wanted);
    const auto result = run(argv);
    CHECK(result.ending == Ending::failed_to_start);
    CHECK(result.start_error == error);
    CHECK_FALSE(result.ok());
  }
}

TEST_CASE("programs are found in the system's folders only") {
  CHECK((find_program("sh") == "/usr/bin/sh" || find_program("sh") == "/bin/sh"));
  CHECK(find_program("patchstate-no-such-program").empty());
  CHECK(find_program("").empty());
  CHECK(find_program("../bin/sh").empty());
}

TEST_CASE("the environment is clean: nothing of ours gets through") {
  ::setenv("PATCHSTATE_TEST_SECRET", "s3cret", 1);
  ::setenv("LANGUAGE", "de", 1);
  ::setenv("LD_PRELOAD_TEST", "x", 1);
  const auto result = run({"/usr/bin/env"}, {{"DEBIAN_FRONTEND", "noninteractive"}, {"HOME", "/var/cache/patchstate"}});
  ::unsetenv("PATCHSTATE_TEST_SECRET");
  ::unsetenv("LANGUAGE");
  CHECK(result.out ==
        "LC_ALL=C.UTF-8\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
        "DEBIAN_FRONTEND=noninteractive\nHOME=/var/cache/patchstate\n");
  CHECK(run({"/usr/bin/env"}).out == "LC_ALL=C.UTF-8\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/nonexistent\n");
}

TEST_CASE("an argument is an argument, never shell text") {
  CHECK(run({"/bin/echo", "$(id)", "; rm -rf /", "`x`", ""}).out == "$(id) ; rm -rf / `x` \n");
}

TEST_CASE("no descriptor is inherited, and stdin is empty") {
  const int leak = ::open("/etc/passwd", O_RDONLY);  // not O_CLOEXEC
  const int high = ::fcntl(leak, F_DUPFD, 700);
  // 3 is ls's own, for the folder it lists.
  CHECK(run({"/bin/ls", "/proc/self/fd"}).out == "0\n1\n2\n3\n");
  ::close(leak);
  ::close(high);
  CHECK(run({"/bin/cat"}).out.empty());
}

TEST_CASE("a program starts in /, with umask 022, no core file, default signals, its own group and a lower priority") {
  const auto old_mask = ::umask(077);
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  const auto result = shell(
      "pwd; umask; ulimit -c; grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t'; nice;"
      "read -r pid x x x group x < /proc/$$/stat; test $pid = $group && echo own group");
  ::umask(old_mask);
  std::signal(SIGPIPE, old_handler);
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  const int nice = std::min(::getpriority(PRIO_PROCESS, 0) + 5, 19);
  CHECK(result.out ==
        "/\n0022\n0\nSigBlk:0000000000000000\nSigIgn:0000000000000000\n" + std::to_string(nice) + "\nown group\n");
}

TEST_CASE("the memory cap holds") {
  Command command;
  command.argv = {"/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=512M", "count=1"};
  command.memory_cap = 128U << 20U;
  const auto capped = SystemProcessRunner().run(command);
  CHECK(capped.ending == Ending::exited);
  CHECK(capped.exit_code == 1);
  CHECK(capped.err.find("memory exhausted") != std::string::npos);
  command.memory_cap = 0;
  CHECK(SystemProcessRunner().run(command).ok());
}

TEST_CASE("it works for a process without stdin, stdout and stderr") {
  CHECK(holds_in_child([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    const auto result = shell("cat; echo out; echo err >&2; exit 3");
    return result.exit_code == 3 && result.out == "out\n" && result.err == "err\n";
  }));
}

TEST_CASE("it works for a process that was started with SIGCHLD ignored") {
  CHECK(holds_in_child([] {
    std::signal(SIGCHLD, SIG_IGN);
    return shell("exit 3").exit_code == 3;
  }));
}

TEST_CASE("a run leaves no descriptor and no zombie behind") {
  shell("true");
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) run({i % 2 == 0 ? "/bin/true" : "/no/such/program"});
  CHECK(open_descriptors() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("a machine without descriptors is an exception, not an answer") {
  CHECK(holds_in_child([] {
    const rlimit few{4, 4};
    ::setrlimit(RLIMIT_NOFILE, &few);
    try {
      shell("true");
    } catch (const std::system_error& error) {
      return error.code().value() == EMFILE || error.code().value() == EINVAL;
    }
    return false;
  }));
}
