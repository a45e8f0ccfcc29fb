// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "collectors/rpm/rpm_refresh.h"
#include "collectors/zypper/zypper_refresh.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

/// Ends as it was told, and keeps what it was to run.
class OneAnswer final : public ProcessRunner {
 public:
  explicit OneAnswer(ProcessResult result) : result_(std::move(result)) {}
  ProcessResult run(const Command& command) override {
    asked = command;
    return result_;
  }
  Command asked;

 private:
  ProcessResult result_;
};

ProcessResult exited(int code, const std::string& err) {
  ProcessResult result;
  result.ending = Ending::exited;
  result.exit_code = code;
  result.err = err;
  return result;
}

}  // namespace

TEST_CASE("a tool that fetched everything refreshed it, within the deadline that was given") {
  OneAnswer runner(exited(0, ""));
  Command command;
  command.argv = {"dnf", "makecache"};
  const auto result = rpm::refresh_by({runner, "/", {}, {}}, command, 90s);
  CHECK(result.succeeded);
  CHECK(result.warnings.empty());
  CHECK(runner.asked.deadline == 90s);
}

TEST_CASE("edge-6: any other end is a refresh that failed, with the tool's last words and without a secret") {
  ProcessResult late;
  late.ending = Ending::timed_out;
  for (const auto& end : {exited(1, "Error: https://user:secret@repo.example.org/: 404\n"), exited(106, ""), late}) {
    OneAnswer runner(end);
    const auto result = zypper::refresh_zypper({runner, "/", {}, {}}, 60s);
    CHECK_FALSE(result.succeeded);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0].code == "refresh_failed");
    CHECK(result.warnings[0].incomplete);
    CHECK(result.warnings[0].message.find("zypper") != std::string::npos);
    CHECK(result.warnings[0].message.find("secret") == std::string::npos);
  }
}

TEST_CASE("edge-22: how long zypper waits for its lock is said in its own environment alone") {
  OneAnswer runner(exited(0, ""));
  zypper::refresh_zypper({runner, "/", {}, {}}, 60s);
  CHECK(runner.asked.argv == std::vector<std::string>{"zypper", "--non-interactive", "refresh"});
  CHECK(runner.asked.environment == std::vector<std::pair<std::string, std::string>>{{"ZYPP_LOCK_TIMEOUT", "30"}});
}
