// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collectors/apt/apt_hook.h"
#include "collectors/apt/apt_hook_output.h"

namespace patchstate::apt {
namespace {

constexpr const char* kHello =
    R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.hello","id":0,"params":{"versions":["0.1","0.2"]}})";
constexpr const char* kPlan =
    R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.install.pre-prompt","params":{"command":"dist-upgrade","packages":[)"
    R"({"id":1,"name":"bash","architecture":"amd64","mode":"upgrade","automatic":false,"versions":{)"
    R"("candidate":{"id":1,"version":"5.2-2","architecture":"amd64","pin":500,"origins":[{"archive":"stable"}]},)"
    R"("install":{"id":1,"version":"5.2-2","architecture":"amd64"},"current":{"id":2,"version":"5.2-1","architecture":"amd64"}}},)"
    R"({"id":2,"name":"tzdata","architecture":"amd64","mode":"install","versions":{"install":{"version":"2026a","architecture":"all"}}},)"
    R"({"id":3,"name":"old","architecture":"i386","mode":"purge","versions":{"current":{"version":"1","architecture":"i386"}}}]}})";
constexpr const char* kBye = R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.bye","params":{}})";

/// apt's end of the socket, and what the hook wrote to apt's stdout.
class Apt {
 public:
  Apt() {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    apt_ = ends[0];
    hook_ = ends[1];
    out_ = std::tmpfile();
    REQUIRE(out_ != nullptr);
  }
  Apt(const Apt&) = delete;
  Apt& operator=(const Apt&) = delete;
  ~Apt() {
    hang_up();
    close(hook_);
    std::fclose(out_);
  }

  void say(const std::string& text) {
    REQUIRE(write(apt_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void message(const std::string& text) { say(text + "\n\n"); }
  void hang_up() {
    if (apt_ >= 0) close(apt_);
    apt_ = -1;
  }
  int run_hook(std::chrono::milliseconds deadline = std::chrono::seconds{20}) {
    return run_apt_hook(hook_, out_, deadline);
  }

  std::string answer() {
    std::array<char, 4096> buffer{};
    const auto got = recv(apt_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
  }
  std::string out() {
    std::rewind(out_);
    std::string text(65536, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), out_));
    return text;
  }

 private:
  int apt_ = -1;
  int hook_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace

TEST_CASE("the hook shakes hands and hands apt's plan through as one marked line of its own") {
  Apt apt;
  apt.message(kHello);
  apt.message(kPlan);
  apt.message(kBye);
  CHECK(apt.run_hook() == 0);
  CHECK(apt.answer() == "{\"id\":0,\"jsonrpc\":\"2.0\",\"result\":{\"version\":\"0.2\"}}\n\n");
  CHECK(apt.out() == "\n" + std::string(kHookMark) + kPlan + "\n");
}

TEST_CASE("the hook takes protocol 0.1 from an old apt, and refuses what it doesn't know") {
  Apt old;
  old.message(R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.hello","id":7,"params":{"versions":["0.1"]}})");
  old.message(kBye);
  CHECK(old.run_hook() == 0);
  CHECK(old.answer().find("\"0.1\"") != std::string::npos);

  Apt strange;
  strange.message(R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.hello","id":0,"params":{"versions":["9.9"]}})");
  CHECK(strange.run_hook() == 1);
  CHECK(strange.answer().empty());
}

TEST_CASE("messages that are no plan leave nothing in apt's output") {
  Apt apt;
  apt.message(kHello);
  apt.message(R"({"jsonrpc":"2.0","method":"org.debian.apt.hooks.install.statistics","params":{"packages":[]}})");
  apt.message(kBye);
  CHECK(apt.run_hook() == 0);
  CHECK(apt.out().empty());
}

TEST_CASE("the hook ends when apt says nothing, nonsense, or goes away in the middle of a message") {
  Apt silent;
  CHECK(silent.run_hook(std::chrono::milliseconds{20}) == 1);

  Apt nonsense;
  nonsense.message("\xff\xfe not json");
  CHECK(nonsense.run_hook() == 1);

  Apt deep;
  deep.message(std::string(2000, '['));
  CHECK(deep.run_hook() == 1);

  Apt cut;
  cut.message(kHello);
  cut.say(std::string(kPlan).substr(0, 100));
  cut.hang_up();
  CHECK(cut.run_hook() == 1);
  CHECK(cut.out().empty());
}

TEST_CASE("a plan has name, architecture, mode and versions of each change") {
  const auto plan = parse_plan(kPlan);
  REQUIRE(plan.has_value());
  CHECK(plan->not_understood.empty());
  REQUIRE(plan->changes.size() == 3);
  const auto& bash = plan->changes[0];
  CHECK(bash.name == "bash");
  CHECK(bash.mode == PlannedChange::Mode::upgrade);
  CHECK(bash.installed == "5.2-1");
  CHECK(bash.candidate == "5.2-2");
  const auto& tzdata = plan->changes[1];
  CHECK(tzdata.mode == PlannedChange::Mode::install);
  CHECK(tzdata.installed.empty());
  CHECK(tzdata.arch == "amd64");
  CHECK(tzdata.version_arch == "all");
  const auto& old = plan->changes[2];
  CHECK(old.mode == PlannedChange::Mode::remove);
  CHECK(old.arch == "i386");
  CHECK(old.candidate.empty());
}

TEST_CASE("a cut plan is no plan, and a package in it that can't be read is returned") {
  const std::string whole = kPlan;
  for (std::size_t end = 0; end < whole.size(); ++end)
    if (parse_plan(whole.substr(0, end))) FAIL("cut at byte ", end, " reads as a plan");
  CHECK_FALSE(parse_plan(kBye).has_value());
  CHECK_FALSE(parse_plan(R"({"method":"org.debian.apt.hooks.install.pre-prompt","params":{}})").has_value());
  for (const auto* package :
       {R"({"name":"bash","architecture":"amd64","mode":"explode"})", R"({"mode":"upgrade"})", "17", "null",
        R"({"name":"bash","architecture":"amd64","mode":"upgrade","versions":{"install":[]}})",
        R"({"name":"b sh","architecture":"amd64","mode":"upgrade","versions":{"install":{"version":"1"}}})"}) {
    CAPTURE(package);
    const auto plan = parse_plan(
        std::string(R"({"method":"org.debian.apt.hooks.install.pre-prompt","params":{"packages":[)") + package + "]}}");
    REQUIRE(plan.has_value());
    CHECK(plan->changes.empty());
    CHECK(plan->not_understood.size() == 1);
  }
}

}  // namespace patchstate::apt
