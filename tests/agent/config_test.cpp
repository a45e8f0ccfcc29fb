// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "tests/agent/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kKnown{"apt", "dnf"};

std::vector<std::string> errors_of(std::string_view text) {
  return parse_config(text, "c.toml", kKnown).errors;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("an empty configuration is the defaults") {
  const auto result = parse_config("", "c.toml", kKnown);
  CHECK(result.errors.empty());
  CHECK(result.config.collectors.empty());
  CHECK(result.config.policy.max_metadata_age == 48h);
  CHECK(result.config.refresh.mode == RefreshMode::never);
  CHECK(result.config.cloud == CloudLookup::on);
  CHECK(result.config.report.hub.empty());
  CHECK(result.config.report.interval == 6h);
  CHECK(result.config.service.start_delay == 2min);
  CHECK(result.config.service.settle == 10s);
}

TEST_CASE("every key is read") {
  const auto [config, errors] = parse_config(R"(
    collectors = ["apt"]
    [policy]
    max_metadata_age = "3d"
    unclassified_as_other = ["https://packages.example.org/", "Example"]
    count_states = ["held", "kept_back"]
    [refresh]
    mode = "if-older-than"
    older_than = "2h"
    deadline = "90s"
    [cloud]
    identity = false
    [report]
    hub = "https://hub.example.org:8750"
    interval = "1h"
    ca = "/etc/patchstate/ca.pem"
    key_file = "/etc/patchstate/key"
    client_certificate = "/etc/patchstate/client.pem"
    client_key = "/etc/patchstate/client.key"
    proxy = "http://proxy.example.org:3128"
    pinned_key = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB="
    [service]
    start_delay = "0s"
    settle = "1s"
  )",
                                             "c.toml", kKnown);
  CHECK(errors.empty());
  CHECK(config.collectors == std::vector<std::string>{"apt"});
  CHECK(config.policy.max_metadata_age == 72h);
  CHECK(config.policy.unclassified_as_other == std::vector<std::string>{"https://packages.example.org/", "Example"});
  CHECK(config.policy.count_states == std::set<UpdateState>{UpdateState::held, UpdateState::kept_back});
  CHECK(config.refresh.mode == RefreshMode::if_older_than);
  CHECK(config.refresh.older_than == 2h);
  CHECK(config.refresh.deadline == 90s);
  CHECK(config.cloud == CloudLookup::off);
  CHECK(config.report.hub == "https://hub.example.org:8750");
  CHECK(config.report.interval == 1h);
  CHECK(config.report.ca == "/etc/patchstate/ca.pem");
  CHECK(config.report.key_file == "/etc/patchstate/key");
  CHECK(config.report.client_certificate == "/etc/patchstate/client.pem");
  CHECK(config.report.client_key == "/etc/patchstate/client.key");
  CHECK(config.report.proxy == "http://proxy.example.org:3128");
  CHECK(config.report.pinned_key.size() == 2 * 52 + 1);
  CHECK(config.service.start_delay == 0s);
  CHECK(config.service.settle == 1s);
}

TEST_CASE("every error names its file, line and column, and what would be right") {
  struct Case {
    std::string text;
    std::vector<std::string> errors;
  };
  const std::vector<Case> cases = {
      {"colour = 1\n",
       {"c.toml:1:1: unknown key \"colour\"; known here: collectors, policy, refresh, cloud, report, destination, "
        "service"}},
      {"\n[policy]\n  max_age = \"1d\"\n",
       {"c.toml:3:3: unknown key \"max_age\" in [policy]; known here: max_metadata_age, unclassified_as_other, "
        "count_states"}},
      {"collectors = [\"apt\", \"pacman\"]\n", {"c.toml:1:22: collectors: expected one of: apt, dnf, not \"pacman\""}},
      {"collectors = \"apt\"\n", {"c.toml:1:14: collectors: expected a list of strings, not a string"}},
      {"collectors = [1]\n", {"c.toml:1:15: collectors: expected a list of strings, not a number"}},
      {"collectors = []\n", {"c.toml:1:14: collectors: an empty list would check nothing; leave the key out for all"}},
      {"policy = 3\n", {"c.toml:1:10: policy: expected a section, not a number"}},
      {"[policy]\nmax_metadata_age = 48\n",
       {"c.toml:2:20: max_metadata_age: expected a number and a unit (90s, 15m, 6h, 2d, 1w), not a number"}},
      {"[policy]\nmax_metadata_age = \"two days\"\n",
       {"c.toml:2:20: max_metadata_age: expected a number and a unit (90s, 15m, 6h, 2d, 1w), not \"two days\""}},
      {"[policy]\nunclassified_as_other = [\"\"]\n",
       {"c.toml:2:26: unclassified_as_other: expected part of a repository's name, not \"\""}},
      {"[policy]\ncount_states = [\"installable\"]\n",
       {"c.toml:2:17: count_states: expected one of: held, phased, kept_back, excluded, blocked_by_pin, "
        "needs_subscription, hidden, optional, superseded, not \"installable\""}},
      {"[refresh]\nmode = \"sometimes\"\n",
       {"c.toml:2:8: mode: expected never, if-older-than or always, not \"sometimes\""}},
      {"[refresh]\nmode = true\n", {"c.toml:2:8: mode: expected never, if-older-than or always, not a boolean"}},
      {"[refresh]\ndeadline = \"0s\"\n", {"c.toml:2:12: deadline: expected more than nothing"}},
      {"[cloud]\nidentity = \"no\"\n", {"c.toml:2:12: identity: expected true or false, not a string"}},
      {"[cloud]\nidentity = 1979-05-27\n", {"c.toml:2:12: identity: expected true or false, not a date or time"}},
      {"[report]\nhub = \"hub.example.org\"\n",
       {"c.toml:2:7: hub: expected https://HOST[:PORT][/PATH], not \"hub.example.org\""}},
      {"[report]\nhub = \"http://hub.example.org\"\n",
       {"c.toml:2:7: hub: plain http would show this host's key to the network; write https://hub.example.org"}},
      {"[report]\ninterval = \"59s\"\n", {"c.toml:2:12: interval: expected 1m to 1w"}},
      {"[service]\nstart_delay = \"25h\"\n", {"c.toml:2:15: start_delay: expected at most 1d"}},
      {"[service]\nsettle = \"51s\"\n", {"c.toml:2:10: settle: expected at most 50s"}},
      {"[service]\nsettle = 10\n",
       {"c.toml:2:10: settle: expected a number and a unit (90s, 15m, 6h, 2d, 1w), not a number"}},
      {"[service]\nuser = \"x\"\n",
       {"c.toml:2:1: unknown key \"user\" in [service]; known here: start_delay, settle, "
        "metrics_file"}},
      {"[report]\ninterval = \"8d\"\n", {"c.toml:2:12: interval: expected 1m to 1w"}},
      {"[report]\nca = \"ca.pem\"\n", {"c.toml:2:6: ca: expected a path from the root (/…), not \"ca.pem\""}},
      {"[report]\nclient_key = \"/k\"\n", {"c.toml:1:1: client_certificate and client_key: one needs the other"}},
      {"[report]\ntoken = \"pse_x\"\n",
       {"c.toml:2:1: unknown key \"token\" in [report]; known here: hub, interval, key_file, ca, client_certificate, "
        "client_key, proxy, pinned_key, revocation"}},
      {"[report]\nrevocation = \"strict\"\n",
       {"c.toml:2:14: revocation: OpenSSL asks no CA whether it revoked a certificate; only Windows does"}},
      {"[report]\nrevocation = \"sometimes\"\n",
       {"c.toml:2:14: revocation: expected \"strict\", \"best-effort\" or \"off\", not \"sometimes\""}},
      {"[report]\nproxy = \"socks://a\"\n",
       {"c.toml:2:9: proxy: expected http://HOST:PORT or https://HOST:PORT, without a password, not \"socks://a\""}},
      {"[report]\nproxy = \"http://me:word@proxy:1\"\n",
       {"c.toml:2:9: proxy: expected http://HOST:PORT or https://HOST:PORT, without a password, not "
        "\"http://me:word@proxy:1\""}},
      {"[report]\npinned_key = \"sha256//short=\"\n",
       {"c.toml:2:14: pinned_key: expected sha256// and the 44 characters of a hash in base64; several with ; between "
        "them, not \"sha256//short=\""}},
      // All of them, in the order of the file.
      {"zeta = 1\nalpha = 2\n[cloud]\nidentity = {}\n",
       {"c.toml:1:1: unknown key \"zeta\"; known here: collectors, policy, refresh, cloud, report, destination, "
        "service",
        "c.toml:2:1: unknown key \"alpha\"; known here: collectors, policy, refresh, cloud, report, destination, "
        "service",
        "c.toml:4:12: identity: expected true or false, not a table"}},
      // What a person is shown is fit for a terminal.
      {"\"\\u001b[31mred\" = 1\n",
       {"c.toml:1:1: unknown key \"red\"; known here: collectors, policy, refresh, cloud, report, destination, "
        "service"}},
  };
  for (const auto& [text, errors] : cases) {
    const auto& shown = text;
    CAPTURE(shown);
    CHECK(errors_of(text) == errors);
  }
}

TEST_CASE("what is not TOML at all is one error with its line") {
  const std::string texts[] = {"collectors = [\"apt\"\n[policy]\n",
                               "a = 1\na = 2\n",
                               "= 1\n",
                               "[policy\n",
                               "\xff\xfe\x00",
                               "a = \"\xc3\x28\"\n",
                               "\x7f\x45LF\x02\x01\x01",
                               "a = [}\n",
                               "\xd2\x88 = 1\n",
                               "a = \"unfinished\n"};
  for (const auto& text : texts) {
    CAPTURE(text);
    const auto errors = errors_of(text);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].starts_with("c.toml:"));
  }
  CHECK(errors_of(std::string("a = 1\0b = 2", 11)).size() == 1);
}

TEST_CASE("a configuration that nests without end is refused before it can exhaust the stack") {
  const std::size_t many = 100'000;
  CHECK(errors_of("a = " + repeated("[", many)).size() == 1);
  CHECK(errors_of("a = " + repeated("[", many) + repeated("]", many)).size() == 1);
  CHECK(errors_of("a = " + repeated("{b=", many)).size() == 1);
  CHECK(errors_of(repeated("a.", many) + "a = 1\n") ==
        std::vector<std::string>{"c.toml:1:1: more than 200 dots in one line"});
  CHECK(errors_of("\n[" + repeated("a.", many) + "a]\n") ==
        std::vector<std::string>{"c.toml:2:1: more than 200 dots in one line"});
  // The deepest that is let through.
  std::string deep = "a = ";
  for (int level = 0; level < 8; ++level) deep += "[\n{" + repeated("a.", 199) + "a = ";
  CHECK(errors_of(deep).size() == 1);
  CHECK_FALSE(errors_of(repeated("[" + repeated("a.", 99) + "b]\nx=1\n", 1)).empty());
}

TEST_CASE("a thousand errors are not a thousand lines") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "k" + std::to_string(i) + " = 1\n";
  CHECK(errors_of(text).size() == 20);
}

TEST_CASE("a named configuration that can't be read is an error that names it, while the default one may be absent") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "c.toml";
  CHECK_THROWS_WITH_AS(load_config(path, kKnown), doctest::Contains("c.toml"), std::system_error);
  std::ofstream(path) << "colour = 1\n";
  CHECK(load_config(path, kKnown).errors.at(0).starts_with(path.string() + ":1:1: "));
  std::filesystem::resize_file(path, 2U << 20U);
  CHECK_THROWS_WITH_AS(load_config(path, kKnown), doctest::Contains("c.toml"), std::system_error);
  CHECK_THROWS_AS(load_config(folder.path(), kKnown), std::system_error);
  CHECK(load_config(std::nullopt, kKnown).errors.empty());
}
