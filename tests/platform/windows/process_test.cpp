// SPDX-License-Identifier: Apache-2.0
// Real programs in real jobs.
#include <cerrno>

#include <windows.h>
#include <doctest/doctest.h>

#include "platform/paths.h"
#include "platform/process_runner.h"
#include "platform/windows/wide.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using std::chrono::milliseconds;

namespace {

Command child(std::vector<std::string> arguments) {
  Command command;
  command.argv = {(own_program().parent_path() / "process_child.exe").string()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

ProcessResult run(std::vector<std::string> arguments) {
  return SystemProcessRunner().run(child(std::move(arguments)));
}

bool is_held(const std::string& name) {
  const HANDLE event = ::OpenEventW(SYNCHRONIZE, FALSE, wide(name).c_str());
  if (event != nullptr) ::CloseHandle(event);
  return event != nullptr;
}

bool is_wine() {
  return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

}  // namespace

TEST_CASE("exit code, stdout and stderr come back apart") {
  const auto result = run({"both"});
  CHECK(result.ending == Ending::exited);
  CHECK(result.exit_code == 42);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK(run({"exit", "0"}).ok());
}

TEST_CASE("every argument arrives as it was, whatever is in it") {
  const std::vector<std::string> arguments = {
      "",       "a b",   "\"", "\\",          "a\\", "a b\\", "\\\"",    "\\\\",      "a\"b", "a\\\"b ",
      "%PATH%", "^&|<>", "\t", "grün Ж 日本", "'",   "--x=",  "\\\\a\\", "c:\\x y\\", "*.*",  "\"quoted\" text\\"};
  std::string expected;
  std::vector<std::string> all{"arguments"};
  for (const auto& argument : arguments) {
    all.push_back(argument);
    expected += "[" + argument + "]\n";
  }
  CHECK(run(all).out == expected);
}

TEST_CASE("the environment is clean, and what the command adds is in it") {
  ::SetEnvironmentVariableW(L"PATCHSTATE_TEST_SECRET", L"s3cret");
  auto command = child({"environment"});
  command.environment = {{"Added", "värde"}, {"path", "C:\\own"}};
  const auto out = "\n" + SystemProcessRunner().run(command).out;
  CHECK(out.find("s3cret") == std::string::npos);
  CHECK(out.find("\nAdded=värde\n") != std::string::npos);
  CHECK(out.find("=C:\\own\n") != std::string::npos);
  CHECK(out.find("SystemRoot=") != std::string::npos);
  CHECK(run({"environment"}).out.find("PATH=C:\\windows\\system32\n") != std::string::npos);
}

TEST_CASE("a program that crashed did not exit") {
  const auto command = child({"crash"});
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::signalled);
  CHECK(static_cast<unsigned>(result.signal) == 0xC0000005U);
  CHECK(describe(command, result) == "process_child.exe crash: ended by exception 0xC0000005");
}

TEST_CASE("why a program can't be started is a value") {
  const test::TemporaryFolder folder;
  const auto text = folder.write("text.exe", "no program");
  struct {
    std::vector<std::string> argv;
    int error;
  } const cases[] = {{{"patchstate-no-such-program"}, ENOENT},
                     {{"C:\\no\\such.exe"}, ENOENT},
                     {{".\\relative.exe"}, ENOENT},
                     {{""}, ENOENT},
                     {{folder.path().string()}, EACCES},
                     {{text.string()}, ENOEXEC},
                     {{}, EINVAL},
                     {{"cmd.exe", std::string("a\0b", 3)}, EINVAL}};
  for (const auto& [argv, error] : cases) {
    const auto wanted = error;
    CAPTURE(wanted);
    Command command;
    command.argv = argv;
    const auto result = SystemProcessRunner().run(command);
    CHECK(result.ending == Ending::failed_to_start);
    CHECK(result.start_error == wanted);
  }
}

TEST_CASE("programs are found in System32 alone") {
  CHECK(wide(find_program("cmd")).ends_with(L"\\cmd.exe"));
  CHECK(find_program("patchstate-no-such-program").empty());
  CHECK(find_program("..\\system32\\cmd.exe").empty());
  CHECK(find_program("").empty());
}

TEST_CASE("standard input is empty") {
  CHECK(run({"input"}).out == "-1\n");
}

TEST_CASE("edge-30: at its deadline a program is ended with what it started") {
  const std::string name = "patchstate-test-" + std::to_string(::GetCurrentProcessId());
  auto command = child({"tree", name});
  command.deadline = std::chrono::seconds{5};
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::timed_out);
  CHECK(result.out == "started\n");
  CHECK_FALSE(is_held(name));
}

TEST_CASE("output beyond the cap ends the program, and what fits is kept") {
  auto command = child({"flood"});
  command.output_cap = 65'536;
  const auto result = SystemProcessRunner().run(command);
  CHECK(result.ending == Ending::too_much_output);
  CHECK(result.out.size() == 65'536);
}

TEST_CASE("output of exactly the cap is not too much, one byte more is") {
  auto command = child({"bytes", "100000"});
  command.output_cap = 100'000;
  CHECK(SystemProcessRunner().run(command).ok());
  command.output_cap = 99'999;
  CHECK(SystemProcessRunner().run(command).ending == Ending::too_much_output);
}

TEST_CASE("a large answer arrives whole") {
  const auto result = run({"bytes", "3000000"});
  CHECK(result.ok());
  CHECK(result.out == std::string(3'000'000, 'x'));
}

TEST_CASE("the memory cap holds") {
  auto command = child({"memory", "600000000"});
  CHECK(SystemProcessRunner().run(command).out == "given\n");
  if (is_wine()) {
    MESSAGE("skipped: Wine knows no limits of a job");
    return;
  }
  command.memory_cap = 128U << 20U;
  CHECK(SystemProcessRunner().run(command).out == "refused\n");
}
