// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "agent/patchstated_children.h"
#include "agent/patchstated_log.h"
#include "agent/settings_text.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

const std::string kSettings = "interval=21600\nstart_delay=120\nsettle=10\nhub=yes\nseed=00000000000000ff\n";

}  // namespace

TEST_CASE("the settings are what patchstate says they are, and keys of a later version don't matter") {
  const auto settings = parse_settings(kSettings + "watch=/etc/a=b\nwatch=/var/lib/dpkg\nlater=1\nnote\n");
  REQUIRE(settings);
  CHECK(settings->rhythm.interval == 6h);
  CHECK(settings->rhythm.start_delay == 2min);
  CHECK(settings->rhythm.settle == 10s);
  CHECK(settings->rhythm.seed == 255);
  CHECK(settings->has_hub);
  CHECK(settings->watched == std::vector<std::filesystem::path>{"/etc/a=b", "/var/lib/dpkg"});
}

TEST_CASE("a setting is a key, the first = and all that follows, and what has none is no setting") {
  std::vector<std::pair<std::string, std::string>> found;
  for_each_setting("a=1\n\nnote\nb=c=d\n=\nlast=", [&found](auto key, auto value) { found.emplace_back(key, value); });
  CHECK(found == std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", "c=d"}, {"", ""}, {"last", ""}});
}

TEST_CASE("settings that are cut off or no settings at all are none") {
  CHECK_FALSE(parse_settings(""));
  CHECK_FALSE(parse_settings("patchstate: no such command\n"));
  for (std::size_t size = 0; size < kSettings.size() - 16; ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_settings(kSettings.substr(0, size)));
  }
  for (const char* const bad : {"interval=0\n", "interval=-5\n", "interval=99999999999999999999\n", "settle=\n",
                                "start_delay=2m\n", "hub=maybe\n", "seed=\n", "seed=0x1\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_settings(kSettings + bad));
  }
}

TEST_CASE("what must wait says when to try again, the rest is for the log") {
  CHECK(parse_send_answer("next=300\n").next == 300s);
  CHECK(parse_send_answer("2 reports wait\nnext=5\nthe hub is busy\n").rest == "2 reports wait; the hub is busy");
  CHECK(parse_send_answer("2 reports wait\nnext=5\n").next == 5s);
  CHECK_FALSE(parse_send_answer("").next);
  CHECK_FALSE(parse_send_answer("next=soon\n").next);
  CHECK_FALSE(parse_send_answer("next=-1\n").next);
}

TEST_CASE("a line of the log is one line, without a secret") {
  CHECK(in_one_line("one\n\ntwo\x1b[31m\n") == "one; two");
  CHECK(in_one_line("cannot reach https://user:secret@hub.example.org\n").find("secret") == std::string::npos);
  CHECK(in_one_line(std::string(1U << 20U, 'x')).size() <= 1000);
}

TEST_CASE("a run that files asked for never fetches metadata, or it would ask for the next one itself") {
  const std::vector<std::string> never = {"assess", "--refresh", "never", "--config", "/c"};
  const auto argv = assess_command("/c", Trigger::files).argv;
  CHECK(std::vector(argv.begin() + 1, argv.end()) == never);
  CHECK(assess_command("/c", Trigger::interval).argv.size() == 4);
  CHECK(assess_command(std::nullopt, Trigger::interval).argv.size() == 2);
}

TEST_CASE("the same complaint is made once an hour, and counts what it left out") {
  Complaints complaints;
  CHECK(complaints.admit("disk full", 0s) == "disk full");
  CHECK_FALSE(complaints.admit("disk full", 10s));
  CHECK(complaints.admit("no network", 20s) == "no network");
  CHECK_FALSE(complaints.admit("disk full", 59min));
  CHECK(complaints.admit("disk full", 60min) == "disk full (2 times more since)");
  CHECK_FALSE(complaints.admit("disk full", 61min));
  CHECK(complaints.admit("no network", 3h) == "no network");
}

TEST_CASE("an entry of the journal says what it tells of, by a name and by an id of its own") {
  std::set<std::string> ids;
  for (const auto event : {Event::ready, Event::reload, Event::run, Event::delivery, Event::problem, Event::stop}) {
    auto entry = entry_of(Priority::warning, event, "why", {{"PATCHSTATE_TRIGGER", "files"}});
    REQUIRE(entry.size() == 6);
    CHECK(entry[0] == JournalFields::value_type("MESSAGE", "why"));
    CHECK(entry[1] == JournalFields::value_type("PRIORITY", "4"));
    CHECK(entry[2] == JournalFields::value_type("SYSLOG_IDENTIFIER", "patchstated"));
    CHECK(entry[3].first == "MESSAGE_ID");
    CHECK(entry[3].second.size() == 32);
    CHECK(entry[3].second.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(entry[4].first == "PATCHSTATE_EVENT");
    CHECK(entry[5] == JournalFields::value_type("PATCHSTATE_TRIGGER", "files"));
    ids.insert(entry[3].second + entry[4].second);
  }
  CHECK(ids.size() == 6);
}

TEST_CASE("the verdict is the first word of what an assessment says, if it is one") {
  CHECK(verdict_of("noncompliant: 3 security, 2 other, 0 unclassified updates pending\n") == "noncompliant");
  CHECK(verdict_of("unknown: 0 security, 0 other, 0 unclassified updates pending\n") == "unknown");
  CHECK(verdict_of("another patchstate is assessing this machine; nothing to do\n").empty());
  CHECK(verdict_of("patched: 1\n").empty());
  CHECK(parse_assess_answer("unknown: 0 security\nagain=windows_update\n").again);
  CHECK(parse_assess_answer("unknown: 0 security\nagain=windows_update\n").rest == "unknown: 0 security");
  CHECK_FALSE(parse_assess_answer("unknown: 0 security\n").again);
  CHECK(verdict_of("").empty());
}
