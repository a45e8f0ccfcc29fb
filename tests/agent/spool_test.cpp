// SPDX-License-Identifier: Apache-2.0
#include "agent/spool.h"

#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> contents(const Spool& spool) {
  std::vector<std::string> all;
  for (const auto& report : spool.reports()) all.push_back(read_file(report));
  return all;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

}  // namespace

TEST_CASE("reports come out in the order in which they were put, whatever their ids") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "spool/hub");
  CHECK(spool.reports().empty());
  for (const char* const id : {"zz", "aa", "mm"}) spool.put(ReportForm::full, std::string("report ") + id, id);
  CHECK(contents(spool) == std::vector<std::string>{"report zz", "report aa", "report mm"});
  spool.remove(spool.reports()[0]);
  spool.put(ReportForm::full, "report bb", "bb");
  CHECK(contents(spool) == std::vector<std::string>{"report aa", "report mm", "report bb"});
}

TEST_CASE("only the owner can read what waits") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "hub");
  spool.put(ReportForm::full, "report", "a");
  struct stat status {};
  REQUIRE(::stat((folder / "hub").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
}

TEST_CASE("at the limits the oldest give way, and how many did is told once") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "hub", {3, 1000});
  for (const char* const id : {"a", "b", "c", "d", "e"}) spool.put(ReportForm::full, id, id);
  CHECK(contents(spool) == std::vector<std::string>{"c", "d", "e"});
  CHECK(spool.lost() == 2);
  spool.put(ReportForm::full, "f", "f");
  spool.told_of(2);
  CHECK(spool.lost() == 1);
  spool.told_of(1);
  CHECK(spool.lost() == 0);
  spool.put(ReportForm::full, std::string(999, 'x'), "large");
  CHECK(contents(spool) == std::vector<std::string>{"f", std::string(999, 'x')});
  spool.put(ReportForm::full, std::string(5000, 'y'), "larger than all");
  CHECK(contents(spool).size() == 1);
}

TEST_CASE("signs of life give way before what they repeat") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "hub", {3, 1000});
  spool.put(ReportForm::full, "state 1", "a");
  spool.put(ReportForm::heartbeat, "as before", "b");
  spool.put(ReportForm::full, "state 2", "c");
  spool.put(ReportForm::full, "state 3", "d");
  CHECK(contents(spool) == std::vector<std::string>{"state 1", "state 2", "state 3"});
  CHECK(spool.lost() == 1);
}

TEST_CASE("a report for two queues is one file, and goes from each by itself") {
  const test::TemporaryFolder folder;
  Spool hub(folder / "hub");
  Spool siem(folder / "siem");
  siem.put(ReportForm::full, "earlier", "a");
  siem.put_again(hub.put(ReportForm::full, "report", "b"));
  CHECK(contents(siem) == std::vector<std::string>{"earlier", "report"});
  CHECK(fs::equivalent(hub.reports()[0], siem.reports()[1]));
  hub.remove(hub.reports()[0]);
  CHECK(contents(siem) == std::vector<std::string>{"earlier", "report"});
  CHECK(names_in(folder / "siem").size() == 2);
}

TEST_CASE("a queue knows the state that was put last, for a day") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "siem");
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CHECK_FALSE(spool.knows("abc", now));
  spool.put(ReportForm::full, "report", "a");
  spool.remember("abc");
  CHECK(spool.knows("abc", now));
  CHECK_FALSE(spool.knows("abd", now));
  CHECK_FALSE(spool.knows("", now));
  CHECK_FALSE(spool.knows("abc", now + std::chrono::hours{25}));
  CHECK_FALSE(spool.knows("abc", now - std::chrono::hours{1}));  // the clock was set back
}

TEST_CASE("what a killed run left half written is no report, and goes with the next one") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "hub");
  spool.put(ReportForm::full, "report", "a");
  folder.write("hub/.000000000002-b.json.77.0123abcd", "rep");
  folder.write("hub/notes.txt", "of somebody");
  folder.write("hub/00000000000x-c.json", "no number");
  CHECK(contents(spool) == std::vector<std::string>{"report"});
  spool.put(ReportForm::full, "report 2", "b");
  for (const auto& name : names_in(folder / "hub")) CHECK_FALSE(name.starts_with('.'));
  CHECK(fs::exists(folder / "hub/notes.txt"));
}

TEST_CASE("a report that is refused is put aside with the reason, and only the last twenty are kept") {
  const test::TemporaryFolder folder;
  Spool spool(folder / "hub");
  for (int i = 0; i < 25; ++i) {
    spool.put(ReportForm::full, "report " + std::to_string(i), "id");
    spool.put(ReportForm::full, "next", "next");
    spool.quarantine(spool.reports()[0], "HTTP 422: /patches/3");
    CHECK(contents(spool) == std::vector<std::string>{"next"});
    spool.remove(spool.reports()[0]);
  }
  std::size_t reasons = 0;
  for (const auto& name : names_in(folder / "hub/rejected"))
    if (name.ends_with(".reason")) ++reasons;
  CHECK(names_in(folder / "hub/rejected").size() == 40);
  CHECK(reasons == 20);
}

TEST_CASE("where nothing can be written the report is not there, and whoever put it hears why") {
  Spool spool("/proc/patchstate/spool");
  CHECK_THROWS_AS(spool.put(ReportForm::full, "report", "a"), std::system_error);
  CHECK(spool.reports().empty());
}
