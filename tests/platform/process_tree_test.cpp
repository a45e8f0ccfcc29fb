// SPDX-License-Identifier: Apache-2.0
// Programs that hang, flood, fork and refuse to die. Each holds a pipe of the test open as long as one of its processes
// lives, so that the test sees at once whether anything was left.
#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/process_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using std::chrono::milliseconds;

namespace {

class Witness {
 public:
  Witness() {
    ::mkfifo(fifo().c_str(), 0600);
    read_ = ::open(fifo().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ::close(read_); }

  /// `script` in a shell that holds the pipe, and says so.
  Command command(const std::string& script, milliseconds deadline) const {
    Command command;
    command.argv = {"/bin/sh", "-c",
                    "folder=" + folder_.path().string() + "; exec 9>$folder/alive; echo started >&9; " + script};
    command.deadline = deadline;
    return command;
  }
  /// Waits for "started"; afterwards only the end of all writers is news.
  bool was_started() const {
    pollfd fd{read_, POLLIN, 0};
    char text[64];
    return ::poll(&fd, 1, 20'000) == 1 && ::read(read_, text, sizeof text) == 8;
  }
  bool all_gone(milliseconds wait = milliseconds{0}) const {
    pollfd fd{read_, 0, 0};
    return ::poll(&fd, 1, static_cast<int>(wait.count())) == 1 && (fd.revents & POLLHUP) != 0;
  }

 private:
  std::string fifo() const { return (folder_ / "alive").string(); }
  test::TemporaryFolder folder_;
  int read_ = -1;
};

/// Runs the script, and checks that it was there and that nothing of it is left.
ProcessResult run(const std::string& script, milliseconds deadline = std::chrono::seconds{20},
                  milliseconds dying = milliseconds{0}) {
  const Witness witness;
  const auto result = SystemProcessRunner().run(witness.command(script, deadline));
  CHECK(witness.was_started());
  CHECK(witness.all_gone(dying));
  return result;
}

Command head(const std::string& bytes, std::size_t cap) {
  Command command;
  command.argv = {"/usr/bin/head", "-c", bytes, "/dev/zero"};
  command.output_cap = cap;
  return command;
}

/// A second is promised; the rest is for a machine that has other things to do.
constexpr milliseconds kSoon{3000};

}  // namespace

TEST_CASE("edge-30: a program that hangs is ended at its deadline, with its children") {
  const auto result = run("echo begun; sleep 1000 & sleep 1000", milliseconds{300});
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.out == "begun\n");
  CHECK(result.duration >= milliseconds{300});
  CHECK(result.duration < milliseconds{300} + kSoon);
}

TEST_CASE("edge-30: one that ignores SIGTERM is ended too") {
  const auto result = run("trap '' TERM; sleep 1000 & while :; do wait; sleep 1000; done", milliseconds{200});
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.duration < milliseconds{200} + kSoon);
}

TEST_CASE("at the deadline a program may tidy up first") {
  const auto result = run("trap 'echo tidied; exit 0' TERM; sleep 1000 & wait", milliseconds{200});
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.out == "tidied\n");
}

TEST_CASE("a child that stays behind with stdout open neither delays the answer nor survives") {
  const auto result = run("sleep 1000 & echo done; exit 5");
  CHECK(result.ending == Ending::exited);
  CHECK(result.exit_code == 5);
  CHECK(result.out == "done\n");
  CHECK(result.duration < kSoon);
}

TEST_CASE("a daemon that left the group and closed everything is found and ended") {
  const auto result = run("setsid sh -c 'sleep 1000 & sleep 1000' </dev/null >/dev/null 2>&1 & echo done");
  CHECK(result.ok());
  CHECK(result.out == "done\n");
}

TEST_CASE("a daemon of a program that hangs is ended as well") {
  const auto result = run("setsid setsid sleep 1000 & trap '' TERM; sleep 1000", milliseconds{300});
  CHECK(result.ending == Ending::timed_out);
}

TEST_CASE("a program that was killed by somebody else leaves nothing either") {
  const auto result = run("setsid sleep 1000 & sleep 1000 & kill -KILL $$");
  CHECK(result.ending == Ending::signalled);
  CHECK(result.signal == SIGKILL);
}

TEST_CASE("more children than fit into one look are all ended") {
  // Each waits for a writer that never comes. All get their signal; so many take a while to be gone.
  const auto result =
      run("mkfifo $folder/never; export folder;"
          "setsid sh -c 'i=0; while [ $i -lt 800 ]; do ( : <$folder/never ) & i=$((i+1)); done; echo done'",
          std::chrono::seconds{60}, std::chrono::seconds{20});
  CHECK(result.out == "done\n");
}

TEST_CASE("edge-30: when we are killed ourselves, everything we started dies with us") {
  const Witness witness;
  const auto command = witness.command("setsid sleep 1000 & sleep 1000 & sleep 1000", std::chrono::minutes{5});
  const pid_t agent = ::fork();
  if (agent == 0) {
    SystemProcessRunner().run(command);
    ::_exit(0);
  }
  CHECK(witness.was_started());
  CHECK_FALSE(witness.all_gone());
  ::kill(agent, SIGKILL);
  ::waitpid(agent, nullptr, 0);
  CHECK(witness.all_gone(std::chrono::seconds{10}));
}

TEST_CASE("when the watcher between us is killed, the program is, and the answer says so") {
  // The shell's parent is the watcher.
  const auto result = run("kill -KILL $PPID; while :; do :; done");
  CHECK(result.ending == Ending::signalled);
  CHECK(result.duration < kSoon);
}

TEST_CASE("output beyond the cap ends the program, and what fits is kept") {
  const auto result = SystemProcessRunner().run(head("1G", 1U << 20U));
  CHECK(result.ending == Ending::too_much_output);
  CHECK(result.out.size() == 1U << 20U);
  CHECK_FALSE(result.ok());
}

TEST_CASE("output of exactly the cap is not too much, one byte more is") {
  CHECK(SystemProcessRunner().run(head("100000", 100'000)).ok());
  CHECK(SystemProcessRunner().run(head("100001", 100'000)).ending == Ending::too_much_output);
  CHECK(SystemProcessRunner().run(head("1", 0)).ending == Ending::too_much_output);
  CHECK(SystemProcessRunner().run(head("0", 0)).ok());
}

TEST_CASE("a flood that never ends and ignores everything is ended") {
  Witness witness;
  auto command = witness.command("trap '' TERM PIPE; while :; do echo flood; done", std::chrono::seconds{20});
  command.output_cap = 65536;
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::too_much_output);
  CHECK(result.duration < kSoon);
  CHECK(witness.was_started());
  CHECK(witness.all_gone(kSoon));  // killed; on a busy machine a process of low priority takes its time to go
}

TEST_CASE("of a flood on stderr the beginning and the end are kept, and the program goes on") {
  const auto result = run("echo first >&2; head -c 20000000 /dev/zero >&2; echo last >&2; echo done");
  CHECK(result.ok());
  CHECK(result.out == "done\n");
  CHECK(result.err.starts_with("first\n"));
  CHECK(result.err.ends_with("last\n"));
  CHECK(result.err.size() <= (1U << 20U) + 16);
  CHECK(result.err.find("[...]") != std::string::npos);
}

TEST_CASE("a large answer arrives whole") {
  const auto result = run("i=0; while [ $i -lt 30000 ]; do echo line $i of many; i=$((i+1)); done; exit 7");
  CHECK(result.exit_code == 7);
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 30000);
  CHECK(result.out.ends_with("line 29999 of many\n"));
}

TEST_CASE("a deadline of nothing ends at once") {
  Command command;
  command.argv = {"/bin/sleep", "1000"};
  command.deadline = milliseconds{0};
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.duration < kSoon);
}
