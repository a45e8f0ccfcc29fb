// SPDX-License-Identifier: Apache-2.0
// Every recorded machine gives what it gave; and with anything taken away it never looks better than it is.
#include <csignal>
#include <map>
#include <string>
#include <tuple>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "tests/support/recording.h"

using namespace patchstate;
namespace fs = std::filesystem;

namespace {

/// How bad an update looks. Less of it, without a failure or a warning, is a lie.
int alarm(const Update& update) {
  if (!is_pending(update)) return is_security(update) ? 1 : 0;
  return is_security(update) || is_unclassified(update) ? 3 : 2;
}

std::map<std::pair<std::string, std::string>, int> alarms(const Assessment& assessment) {
  std::map<std::pair<std::string, std::string>, int> all;
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& update : findings->updates) all[{source.name, update.patch_id}] = alarm(update);
  return all;
}

bool admits_doubt(const Assessment& assessment) {
  return status_of(assessment) != Status::succeeded;
}

/// The first update of `whole` that `less` hides or plays down without admitting any doubt; empty when there is none.
std::string lie(const Assessment& whole, const Assessment& less) {
  if (admits_doubt(less)) return {};
  const auto found = alarms(less);
  for (const auto& [id, level] : alarms(whole)) {
    const auto now = found.find(id);
    if (now == found.end()) return id.second + " is gone";
    if (now->second < level) return id.second + " looks better";
  }
  return {};
}

/// Ends of lines; of output that is one long line (JSON), fifty places in it.
std::vector<std::size_t> places_to_cut(const std::string& text) {
  std::vector<std::size_t> places{0};
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
    if (at + 1 < text.size()) places.push_back(at + 1);
  for (std::size_t i = 1; places.size() < 50 && i < 50 && text.size() > 50; ++i) places.push_back(text.size() * i / 50);
  return places;
}

}  // namespace

TEST_CASE("a recorded machine gives what was expected of it") {
  const auto folders = test::recordings();
  REQUIRE_FALSE(folders.empty());
  for (const auto& folder : folders) {
    CAPTURE(folder.string());
    const test::RecordedMachine machine(folder);
    const auto actual = to_json(replay(machine.recording, machine.root), JsonStyle::indented);
    const auto expected = read_file_if_there(folder / "expected.json");
    if (expected != actual) write_atomically(folder / "actual.json", actual);
    CHECK_MESSAGE(expected == actual, "compare expected.json with actual.json beside it; accept by renaming it");
  }
}

TEST_CASE("edge-113: a recorded machine with a command missing, killed or failing hides no update without saying so") {
  for (const auto& folder : test::recordings()) {
    test::RecordedMachine machine(folder);
    const auto whole = replay(machine.recording, machine.root);
    for (std::size_t i = 0; i < machine.recording.commands.size(); ++i) {
      CAPTURE(folder.string());
      CAPTURE(i);
      auto& result = machine.recording.commands[i].result;
      const auto kept = result;

      result = ProcessResult{};
      result.start_error = 2;
      CHECK(lie(whole, replay(machine.recording, machine.root)) == "");

      result = kept;
      result.ending = Ending::signalled;
      result.signal = SIGKILL;
      CHECK(lie(whole, replay(machine.recording, machine.root)) == "");

      result.ending = Ending::timed_out;
      CHECK(lie(whole, replay(machine.recording, machine.root)) == "");

      result.ending = Ending::exited;
      result.exit_code = 77;
      CHECK(lie(whole, replay(machine.recording, machine.root)) == "");
      result = kept;
    }
  }
}

TEST_CASE("edge-107: a recorded machine whose output is cut off anywhere hides no update without saying so") {
  for (const auto& folder : test::recordings()) {
    test::RecordedMachine machine(folder);
    const auto whole = replay(machine.recording, machine.root);
    for (std::size_t i = 0; i < machine.recording.commands.size(); ++i) {
      auto& out = machine.recording.commands[i].result.out;
      const auto kept = out;
      for (const auto place : places_to_cut(kept)) {
        CAPTURE(folder.string());
        CAPTURE(i);
        CAPTURE(place);
        out = kept.substr(0, place);
        CHECK(lie(whole, replay(machine.recording, machine.root)) == "");
      }
      out = kept;
    }
  }
}
