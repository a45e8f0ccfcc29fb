// SPDX-License-Identifier: Apache-2.0
#include "agent/last_assessment.h"

#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "agent/state_hash.h"
#include "assessment/assessment_json.h"
#include "tests/agent/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string assessment_at(Time time, const std::string& id) {
  Assessment assessment;
  assessment.activity_id = id;
  assessment.started = time;
  assessment.last_modified = time;
  assessment.verdict.reasons = {{"no_source", "nothing"}};
  return to_json(assessment);
}

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

}  // namespace

TEST_CASE("what is written is read again, and the newest of several is the last one") {
  const test::TemporaryFolder folder;
  const std::vector<fs::path> folders{folder.path() / "a/b", folder.path() / "c", fs::path{}};
  CHECK_FALSE(read_last_assessment(folders));
  write_last_report(folders[0], ReportForm::full, assessment_at(kNow, "one"));
  CHECK(read_last_assessment(folders)->activity_id == "one");
  write_last_report(folders[1], ReportForm::full, assessment_at(kNow + 1h, "two"));
  CHECK(read_last_assessment(folders)->activity_id == "two");
  write_last_report(folders[0], ReportForm::full, assessment_at(kNow + 2h, "three"));
  CHECK(read_last_assessment(folders)->activity_id == "three");
}

TEST_CASE("a damaged or unreadable one is an error, not the absence of any") {
  const test::TemporaryFolder folder;
  const std::vector<fs::path> folders{folder.path()};
  const auto file = folder.path() / "last-assessment.json";
  std::ofstream(file) << "{\"status\":";
  CHECK_THROWS_AS(read_last_assessment(folders), std::invalid_argument);
  fs::resize_file(file, std::uintmax_t{1} << 30U);
  CHECK_THROWS_AS(read_last_assessment(folders), std::system_error);
  fs::remove(file);
  fs::create_directory(file);
  CHECK_THROWS_AS(read_last_assessment(folders), std::system_error);
}

TEST_CASE("edge-102: a run that found the same state leaves a few bytes, and the last assessment is of that run") {
  const test::TemporaryFolder folder;
  const std::vector<fs::path> folders{folder.path()};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto assessment = assessment_from_json(assessment_at(now, "one"));
  assessment.agent_version = "0.1.0";
  assessment.state_hash = state_hash_of(assessment);
  CHECK(form_to_keep(folder.path(), assessment) == ReportForm::full);
  write_last_report(folder.path(), ReportForm::full, report_of(assessment, ReportForm::full));

  auto later = assessment;
  later.activity_id = "two";
  write_last_report(folder.path(), ReportForm::heartbeat, report_of(later, ReportForm::heartbeat));
  CHECK(read_last_assessment(folders)->activity_id == "two");  // in the same second
  later.last_modified = now + 1h;
  CHECK(form_to_keep(folder.path(), later) == ReportForm::heartbeat);
  write_last_report(folder.path(), ReportForm::heartbeat, report_of(later, ReportForm::heartbeat));
  CHECK(read_last_assessment(folders)->activity_id == "two");
  CHECK(read_last_assessment(folders)->last_modified == now + 1h);

  auto other = later;
  other.host.hostname = "renamed";
  other.state_hash = state_hash_of(other);
  CHECK(form_to_keep(folder.path(), other) == ReportForm::full);
  CHECK(form_to_keep(folder.path() / "nowhere", later) == ReportForm::full);
  later.last_modified = now + 25h;
  CHECK(form_to_keep(folder.path(), later) == ReportForm::full);
  later.last_modified = now - 1h;  // the clock was set back
  CHECK(form_to_keep(folder.path(), later) == ReportForm::full);

  // Changed, and changed back: the heartbeat of the earlier time says nothing about it.
  assessment.activity_id = "three";
  assessment.last_modified = now + 2h;
  write_last_report(folder.path(), ReportForm::full, report_of(assessment, ReportForm::full));
  CHECK(read_last_assessment(folders)->activity_id == "three");
}

TEST_CASE("edge-110: a folder that can't be written is an error") {
  CHECK_THROWS_AS(write_last_report({}, ReportForm::full, assessment_at(kNow, "x")), std::system_error);
  CHECK_THROWS_AS(write_last_report("/proc/patchstate", ReportForm::full, assessment_at(kNow, "x")), std::system_error);
}
