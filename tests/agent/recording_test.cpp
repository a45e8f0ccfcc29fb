// SPDX-License-Identifier: Apache-2.0
#include "agent/recording.h"

#include <fstream>
#include <functional>
#include <stdexcept>

#include <doctest/doctest.h>

#include "agent/recorded_files.h"
#include "agent/recording_json.h"
#include "platform/files.h"
#include "tests/agent/temporary_folder.h"
#include "tests/support/replay_runner.h"

using namespace patchstate;
namespace fs = std::filesystem;

namespace {

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

ProcessResult run(ProcessRunner& runner, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  return runner.run(command);
}

}  // namespace

TEST_CASE("what was recorded is read again, byte for byte") {
  Recording recording{
      kNow, {}, {{"/etc/os-release", RecordedFile::Kind::file, kNow}, {"/var/x/", RecordedFile::Kind::folder, kNow}}};
  recording.commands.push_back(
      {{"tool", "--root", "{root}"}, test::ReplayRunner::exited(100, std::string("a\0b\r\n", 5), "E: \xff")});
  ProcessResult killed;
  killed.ending = Ending::signalled;
  killed.signal = 9;
  recording.commands.push_back({{"other"}, killed});
  const test::TemporaryFolder folder;
  write_recording(folder.path(), recording);
  const auto again = read_recording(folder.path());
  CHECK(again.now == kNow);
  REQUIRE(again.commands.size() == 2);
  CHECK(again.commands[0].argv == recording.commands[0].argv);
  CHECK(again.commands[0].result.exit_code == 100);
  CHECK(again.commands[0].result.out == recording.commands[0].result.out);
  CHECK(again.commands[0].result.err == "E: \xff");
  CHECK(again.commands[1].result.ending == Ending::signalled);
  CHECK(again.commands[1].result.signal == 9);
  REQUIRE(again.files.size() == 2);
  CHECK(again.files[1].kind == RecordedFile::Kind::folder);
}

TEST_CASE("a damaged recording is an error") {
  const test::TemporaryFolder folder;
  for (const char* const text : {"", "{", "[]", "{}", R"({"now":"yesterday","commands":[],"files":[]})",
                                 R"({"now":"2026-03-01T00:00:00Z","commands":[{"argv":[]}],"files":[]})",
                                 R"({"now":"2026-03-01T00:00:00Z","commands":[],"files":[{"path":"/x","modified":)"
                                 R"("2026-03-01T00:00:00Z","size":99999999999999,"endsWithNewline":true}]})"}) {
    std::ofstream(folder.path() / "commands.json") << text;
    CHECK_THROWS_AS(read_recording(folder.path()), std::invalid_argument);
  }
}

TEST_CASE("a command that was not recorded does not exist") {
  Recording recording;
  recording.commands.push_back(
      {{"/usr/libexec/probe", "--root", "{root}"}, test::ReplayRunner::exited(0, "see {root}/etc")});
  RecordedAnswers answers(recording, "/somewhere");
  // The same program, wherever it is installed here.
  CHECK(run(answers, {"/build/bin/probe", "--root", "/somewhere"}).out == "see /somewhere/etc");
  for (const std::vector<std::string>& argv : {std::vector<std::string>{"/usr/libexec/probe", "--root", "/"},
                                               {"/usr/libexec/probe"},
                                               {"other", "--root", "/somewhere"},
                                               {}}) {
    const auto result = run(answers, argv);
    CHECK(result.ending == Ending::failed_to_start);
    CHECK(result.start_error == ENOENT);
  }
}

TEST_CASE("the recording runner passes on what it writes down") {
  test::ReplayRunner tools;
  tools.add({"tool"}, test::ReplayRunner::exited(0, "text"));
  RecordingRunner runner(tools);
  CHECK(run(runner, {"tool", "x"}).out == "text");
  CHECK(run(runner, {"missing"}).ending == Ending::failed_to_start);
  REQUIRE(runner.commands().size() == 2);
  CHECK(runner.commands()[0].argv == std::vector<std::string>{"tool", "x"});
  CHECK(runner.commands()[0].result.out == "text");
}

TEST_CASE("a recorded root comes back with its times and its empty folders, and goes away") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "root/etc");
  std::ofstream(folder.path() / "root/etc/os-release") << "ID=debian\n";
  const Recording recording{kNow,
                            {},
                            {{"/etc/os-release", RecordedFile::Kind::file, kNow - std::chrono::hours{1}},
                             {"/var/lib/apt/lists/partial/", RecordedFile::Kind::folder, kNow}}};
  fs::path path;
  {
    const RecordedRoot root(recording, folder.path());
    path = root.path();
    CHECK(read_file(path / "etc/os-release") == "ID=debian\n");
    CHECK(file_times(path / "etc/os-release")->modified == kNow - std::chrono::hours{1});
    CHECK(file_times(path / "var/lib/apt/lists/partial")->modified == kNow);
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("paths in the root are recorded as such, and other texts are left alone") {
  CHECK(with_recorded_root("/", "/") == "{root}");
  CHECK(with_recorded_root("\"/var/lib/apt/lists/x\"", "/") == "\"{root}/var/lib/apt/lists/x\"");
  CHECK(with_recorded_root("--admindir=/var/lib/dpkg/", "/") == "--admindir={root}/var/lib/dpkg/");
  CHECK(with_recorded_root("http://x/etc/apt/y", "/") == "http://x/etc/apt/y");
  CHECK(with_recorded_root("/usr/bin/apt", "/") == "/usr/bin/apt");
  CHECK(with_recorded_root("/srv/image", "/srv/image") == "{root}");
  CHECK(with_recorded_root("a=/srv/image/etc /srv/image2", "/srv/image") == "a={root}/etc {root}2");
}

TEST_CASE(
    "small files are recorded with their content, large and binary ones only by name, indexes and secrets never") {
  const test::TemporaryFolder folder;
  const auto put = [&](const std::string& path, const std::string& content) {
    fs::create_directories((folder.path() / path).parent_path());
    std::ofstream(folder.path() / path) << content;
  };
  put("etc/os-release", "ID=debian\n");
  put("etc/apt/sources.list.d/a.sources", "URIs: x\n");
  put("etc/apt/auth.conf.d/secret.conf", "machine x password y\n");
  put("var/lib/apt/lists/x_InRelease", "Date: now\n");
  put("var/lib/apt/lists/x_Packages", "Package: x\n");
  put("var/lib/apt/lists/lock", "");
  put("var/lib/dpkg/status", std::string(1 << 20, 'x'));
  put("var/lib/dpkg/arch", std::string("amd64\0", 6));
  std::string listing;
  for (const auto& [file, content] : files_to_record(folder.path())) listing += file.path + " " + content + "\n";
  CHECK(listing ==
        "/etc/os-release ID=debian\n\n/var/lib/dpkg/status \n/var/lib/dpkg/arch \n"
        "/etc/apt/sources.list.d/a.sources URIs: x\n\n/etc/apt/sources.list.d/ \n"
        "/var/lib/apt/lists/x_InRelease Date: now\n\n/var/lib/apt/lists/x_Packages \n/var/lib/apt/lists/ \n");
}

TEST_CASE("of an index its size and its end come back, so that it is there, and is as whole as it was") {
  const test::TemporaryFolder machine;
  const auto lists = machine.path() / "var/lib/apt/lists";
  fs::create_directories(lists);
  std::ofstream(lists / "whole_Packages") << "Package: secret\n";
  std::ofstream(lists / "torn_Packages") << "Package: sec";
  std::ofstream(lists / "empty_Packages");
  Recording recording{kNow, {}, {}};
  for (const auto& [file, content] : files_to_record(machine.path())) {
    CHECK(content.empty());
    recording.files.push_back(file);
  }
  const test::TemporaryFolder folder;
  write_recording(folder.path(), recording);
  const RecordedRoot root(read_recording(folder.path()), folder.path());
  const auto again = [&](const char* name) { return read_file(root.path() / "var/lib/apt/lists" / name); };
  CHECK(again("whole_Packages") == std::string(15, '\0') + "\n");
  CHECK(again("torn_Packages") == std::string(12, '\0'));
  CHECK(again("empty_Packages").empty());
}

TEST_CASE("dpkg's status file is recorded whatever its size where dpkg was interrupted, since it is read then") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "var/lib/dpkg/updates");
  std::ofstream(folder.path() / "var/lib/dpkg/status") << std::string(1 << 20, 'x');
  for (const bool is_interrupted : {false, true}) {
    if (is_interrupted) std::ofstream(folder.path() / "var/lib/dpkg/updates/0001") << "Package: x\n";
    std::size_t recorded = 0;
    for (const auto& [file, content] : files_to_record(folder.path()))
      if (file.path == "/var/lib/dpkg/status") recorded = content.size();
    CHECK(recorded == (is_interrupted ? 1U << 20U : 0U));
  }
}
