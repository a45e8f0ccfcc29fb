// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>

#include <doctest/doctest.h>

#include "platform/process_runner.h"

using namespace patchstate;

namespace {

Command command_of(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  return command;
}

}  // namespace

TEST_CASE("a result is described by program, arguments, ending and last line of stderr") {
  ProcessResult result;
  result.ending = Ending::exited;
  result.exit_code = 100;
  result.err = "Reading package lists...\nE: Could not get lock /var/lib/apt/lists/lock\n\n";
  CHECK(describe(command_of({"/usr/bin/apt-get", "update"}), result) ==
        "apt-get update: exit code 100: E: Could not get lock /var/lib/apt/lists/lock");
}

TEST_CASE("every ending has its words") {
  ProcessResult result;
  result.start_error = ENOENT;
  const auto command = command_of({"zypper", "lp"});
  CHECK(describe(command, result) == "zypper lp: could not be started: No such file or directory");
  result.ending = Ending::signalled;
  result.signal = SIGSEGV;
  CHECK(describe(command, result) == "zypper lp: ended by signal 11 (Segmentation fault)");
  result.ending = Ending::timed_out;
  CHECK(describe(command, result) == "zypper lp: did not finish within 60 s");
  result.ending = Ending::too_much_output;
  CHECK(describe(command, result) == "zypper lp: wrote more than 67108864 bytes");
}

TEST_CASE("edge-112: of a line that progress overwrote, what stands there at last is told") {
  ProcessResult result;
  result.ending = Ending::exited;
  result.exit_code = 1;
  result.err = " 10%\r 50%\r broken pipe \r\n";
  CHECK(describe(command_of({"dnf"}), result) == "dnf: exit code 1: broken pipe");
}

TEST_CASE("edge-100: a description stays short, whatever the arguments and stderr are") {
  ProcessResult result;
  result.ending = Ending::exited;
  result.err = std::string(1'000'000, 'x');
  const auto text = describe(command_of({"/usr/bin/apt-get", "-o", std::string(1'000'000, 'y')}), result);
  CHECK(text.starts_with("apt-get -o …: exit code -1: xxx"));
  CHECK(text.size() < 700);
}

TEST_CASE("edge-107: no command and no stderr are described too") {
  CHECK(describe(Command{}, ProcessResult{}) == "(no program): could not be started: Success");
}
