// SPDX-License-Identifier: Apache-2.0
// What the exports decide themselves; exports_test.py has their forms judged by others' programs.
#include "assessment/exports.h"

#include <string>

#include <doctest/doctest.h>

#include "assessment/verdict.h"
#include "tests/assessment/samples.h"

using namespace patchstate;
using namespace patchstate::test;

namespace {

std::string table(const Assessment& assessment, int width = 80) {
  return to_table(assessment, {width, false, false}, sample_now());
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Assessment judged(Assessment assessment) {
  assessment.verdict = judge(assessment, {}, sample_now());
  return assessment;
}

}  // namespace

TEST_CASE("the exit code is the verdict, and other updates count only when asked to") {
  struct Case {
    Assessment assessment;
    int code;
    int strict_code;
  };
  const Case cases[] = {{compliant(), 0, 0}, {only_others(), 0, 1},   {noncompliant(), 2, 2}, {failed(), 3, 3},
                        {stale(), 3, 3},     {partly_failed(), 2, 2}, {no_source(), 3, 3},    {Assessment{}, 3, 3}};
  for (const auto& [assessment, code, strict_code] : cases) {
    CHECK(exit_code(assessment, false) == code);
    CHECK(exit_code(assessment, true) == strict_code);
  }
  Assessment stale_with_others = stale();
  findings_of(stale_with_others).updates.push_back(update("x", Classification::bugfix));
  CHECK(exit_code(stale_with_others, true) == 3);
  Policy policy;
  policy.unclassified_as_other = {"Debian"};
  Assessment unclassified = machine({update("x", Classification::unknown)});
  unclassified.verdict = judge(unclassified, policy, sample_now());
  CHECK(exit_code(unclassified, false) == 0);
  CHECK(exit_code(unclassified, true) == 1);
}

TEST_CASE("the table begins with the verdict in words") {
  CHECK(table(noncompliant())
            .starts_with("NONCOMPLIANT  web-1: 8 security updates are missing, 1 of critical severity; "
                         "the\n              oldest has been known here for 12 days\n\n"));
  CHECK(table(compliant()).starts_with("COMPLIANT  web-1 is missing no security update\n\n"));
  CHECK(table(failed()).starts_with("UNKNOWN  web-1 may be missing updates: apt gave no answer (timed_out):\n"));
  Assessment nameless = compliant();
  nameless.host.hostname.clear();
  CHECK(table(nameless).starts_with("COMPLIANT  this machine is missing no security update\n\n"));
}

TEST_CASE("the table never says that nothing is pending where that is not proved") {
  CHECK(contains(table(compliant()), "Pending   nothing\n"));
  CHECK(contains(table(failed()), "Pending   not known\n"));
  CHECK(contains(table(no_source()), "Pending   not known\n"));
  CHECK(contains(table(stale()), "Pending   nothing that is known; there may be more\n"));
  CHECK(contains(table(partly_failed()), "Pending   1 security; there may be more\n"));
}

TEST_CASE("the table tells reboot, age and support, known or not") {
  CHECK(contains(table(compliant()), "Reboot    not needed\n"));
  CHECK(contains(table(failed()), "Reboot    not known\n"));
  CHECK(contains(table(noncompliant()), "Reboot    needed: the running kernel"));
  CHECK(contains(table(noncompliant()), "weak sign: 23 processes"));
  CHECK(contains(table(stale()), "Checked   apt 12 days ago (by ctime of the InRelease files)\n"));
  CHECK(contains(table(compliant()), "System    Debian GNU/Linux 12 (bookworm), supported until 2028-06-30\n"));
  Assessment old = machine({});
  old.host.os.end_of_support = before(std::chrono::hours{24});
  old.last_modified = before(std::chrono::hours{5});
  findings_of(old).metadata.checked_at.reset();
  CHECK(contains(table(judged(old)), ", no security updates since 2026-11-23\n"));
  CHECK(contains(table(judged(old)), "Assessed  5 hours ago\n"));
  CHECK(contains(table(judged(old)), "apt has no trace of a check for updates\n"));
  old.host.os.end_of_support.reset();
  CHECK(contains(table(judged(old)), "end of support not known\n"));
  findings_of(old).metadata.checked_at = sample_now() + std::chrono::hours{1};
  CHECK(contains(table(judged(old)), "apt in the future: 2026-11-24T07:37:27Z"));
}

TEST_CASE("the table tells each failure and warning once") {
  Assessment assessment = partly_failed();
  findings_of(assessment).warnings = {{"a", "a note", "", false}, {"b", "a hole", "", true}};
  assessment.warnings = {{"c", "the host", "", false}};
  const std::string text = table(judged(assessment));
  for (const std::string part : {"a note", "a hole", "the host", "zypper is locked by process 4711"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
    CHECK(text.find(part) == text.rfind(part));
  }
  CHECK(contains(text, "Warning   the host\n"));
  CHECK(contains(text, "Warning   apt: a note\n"));
  Assessment unjudged = assessment;
  unjudged.verdict = {};
  CHECK(contains(table(unjudged), "Failed    zypper (locked): zypper is locked"));
  CHECK(table(unjudged).starts_with("UNKNOWN  web-1 may be missing updates: no verdict was given"));
}

TEST_CASE("the updates are grouped, most urgent first, and what is not installable stands apart with its reason") {
  const std::string text = table(noncompliant());
  std::size_t last = 0;
  for (const std::string title :
       {"SECURITY UPDATES PENDING (8)", "INSTALLED, WITHOUT EFFECT UNTIL A REBOOT (1)",
        "PENDING, AND NOBODY CAN TELL WHETHER THEY ARE SECURITY (1)", "OTHER UPDATES PENDING (4)",
        "NOT INSTALLABLE NOW: held (1)", "NOT INSTALLABLE NOW: phased (1)"}) {
    CAPTURE(title);
    const std::size_t at = text.find("\n" + title + "\n");
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
  CHECK(contains(text, "held (1)\n    marked with apt-mark hold\n  NAME"));
  CHECK(contains(text, "  libssl3                  3.0.19-1~deb12u2    -> 3.0.22-1~deb12u2     critical\n"));
}

TEST_CASE("a reason that a whole group shares is told once, others under each update") {
  Update one = update("one", Classification::security, UpdateState::held);
  one.state_reason = "reason A";
  Update two = update("two", Classification::security, UpdateState::held);
  two.state_reason = "reason A";
  const std::string shared = table(judged(machine({one, two})));
  CHECK(contains(shared, "held (2)\n    reason A\n  NAME"));
  CHECK(shared.find("reason A") == shared.rfind("reason A"));
  two.state_reason = "reason B";
  const std::string each = table(judged(machine({one, two})));
  CHECK(each.find("  one ") < each.find("\n    reason A\n"));
  CHECK(each.find("\n    reason A\n") < each.find("  two "));
  CHECK(each.find("  two ") < each.find("\n    reason B\n"));
}

TEST_CASE("edge-55 edge-74: a new package says so, a copy of another architecture is named with it") {
  CHECK(contains(table(noncompliant(), 132), "  linux-image-6.1.0-25-amd64  (new)  "));
  CHECK(contains(table(noncompliant()), "\n  libssl3:i386 "));
  CHECK_FALSE(contains(table(noncompliant()), "libssl3:amd64"));
  CHECK_FALSE(contains(table(noncompliant()), "ca-certificates:all"));
}

TEST_CASE("a wide terminal gets the advisory and the origin, a narrow one keeps names and versions whole") {
  CHECK(contains(table(noncompliant(), 150), "  ADVISORY    ORIGIN\n"));
  CHECK(contains(table(noncompliant(), 150), "  DSA-6001-1  Debian-Security\n"));
  CHECK_FALSE(contains(table(noncompliant(), 80), "ADVISORY"));
  CHECK_FALSE(contains(table(noncompliant(), 80), "ORIGIN"));
  CHECK(contains(table(noncompliant(), 40), "\n  openjdk-17-jre-headless\n"));
  CHECK(contains(table(noncompliant(), 40), "-> 2.42.10+dfsg-1+deb12u4\n"));
}

TEST_CASE("of several advisories the most severe one for security is named") {
  Update one = update("one", Classification::security);
  one.advisories = {{"EX-1", Classification::bugfix, Severity::critical, {}, {}},
                    {"EX-2", Classification::security, Severity::low, {}, {}},
                    {"EX-3", Classification::security, Severity::important, {}, {}}};
  CHECK(contains(table(judged(machine({one})), 132), "EX-3 +2"));
}

TEST_CASE("asked for security updates only, the list is filtered, the counts are not, and the table says so") {
  const std::string text = to_table(noncompliant(), {80, false, true}, sample_now());
  CHECK_FALSE(contains(text, "OTHER UPDATES PENDING"));
  CHECK_FALSE(contains(text, "base-files"));
  CHECK(contains(text, "NOT INSTALLABLE NOW: held"));
  CHECK(contains(text, "4 other\n"));
  CHECK(contains(text, "\nNot shown: 5 updates other than security\n"));
  CHECK_FALSE(contains(to_table(compliant(), {80, false, true}, sample_now()), "Not shown"));
}

TEST_CASE("edge-101: five thousand updates give five thousand rows") {
  std::vector<Update> updates;
  for (int i = 0; i < 5000; ++i) updates.push_back(update("package-" + std::to_string(i), Classification::security));
  const std::string text = table(judged(machine(updates)));
  CHECK(contains(text, "SECURITY UPDATES PENDING (5000)"));
  CHECK(contains(text, "\n  package-4999 "));
}

TEST_CASE("a cell that a spreadsheet would run is text, one that only looks so in the middle is left alone") {
  const auto name_cell = [](const std::string& name) {
    const std::string csv = to_csv(judged(machine({update(name, Classification::security)})));
    const std::size_t row = csv.find("update,web-1,apt,") + std::string_view("update,web-1,apt,").size();
    return csv.substr(row, csv.find(",amd64", row) - row);
  };
  for (const std::string sign : {"=", "+", "-", "@", "＝", "＋", "－", "＠"})
    CHECK(name_cell(sign + "1") == "'" + sign + "1");
  CHECK(name_cell("\t=1") == "'\t=1");
  CHECK(name_cell("\n=1") == "\"'\n=1\"");
  CHECK(name_cell("1+1=2@home") == "1+1=2@home");
  CHECK(name_cell("say \"hi\", you") == "\"say \"\"hi\"\", you\"");
}

TEST_CASE("edge-100: a plugin's line stays short, whatever a tool said") {
  Assessment assessment = machine({});
  assessment.sources[0].outcome = Failure{FailureKind::tool_failed, "1", std::string(100'000, 'x')};
  CHECK(to_nagios(judged(assessment), false).size() < 1024);
}
