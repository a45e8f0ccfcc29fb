// SPDX-License-Identifier: Apache-2.0
// Outputs of zypper recorded by other projects and with the real tool, each with what a correct reading gives.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "collectors/zypper/zypper_ending.h"
#include "collectors/zypper/zypper_output.h"
#include "collectors/zypper/zypper_text_output.h"
#include "platform/files.h"
#include "tests/support/replay_runner.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMost = 64U << 20U;

fs::path corpus() {
  const char* const given = std::getenv("PATCHSTATE_CORPUS");
  return given != nullptr ? fs::path(given) : fs::path(PATCHSTATE_SOURCE_DIR) / "../shared/corpus";
}

struct Case {
  fs::path folder;
  std::string tool;
  std::string command;
  json expected;
  std::string file(const std::string& name) const { return read_file_if_there(folder / name, kMost).value_or(""); }
  std::string out() const { return file("stdout.xml") + file("stdout.txt"); }
};

/// By what they say of themselves, not by the name of their folder.
std::vector<Case> cases() {
  std::vector<Case> all;
  if (!fs::is_directory(corpus())) return all;
  for (const auto& entry : fs::directory_iterator(corpus())) {
    if (!fs::exists(entry.path() / "expected.json")) continue;
    Case one{entry.path(), {}, {}, json::parse(read_file(entry.path() / "expected.json", kMost))};
    one.tool = one.expected.value("tool", "");
    one.command = one.file("cmd.txt");
    if (one.tool.starts_with("zypper")) all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return all;
}

bool lists_updates(const std::string& words) {
  return words.find("list-updates") != std::string::npos || words.find(" lu") != std::string::npos;
}

bool lists_patches(const std::string& words) {
  return words.find("list-patches") != std::string::npos || words.find(" lp") != std::string::npos;
}

bool is_xml(const std::string& text) {
  return text.find("<stream") != std::string::npos;
}

Answer read(const std::string& words, const std::string& out) {
  if (is_xml(out)) return parse_zypper_xml(out);
  return lists_updates(words) ? parse_update_table(out) : parse_patch_table(out);
}

struct Outcome {
  std::string result;  ///< ok, partial, error
  FailureKind kind = FailureKind::internal;
  std::string message;
  Remarks remarks;
};

Outcome outcome(const std::string& words, int exit_code, const Answer& answer, const std::string& err) {
  Command command;
  command.argv = {"zypper", "list-updates"};
  if (!lists_updates(words)) command.argv.insert(command.argv.end(), {"--type", "patch"});
  const auto result = test::ReplayRunner::exited(exit_code, "", err);
  const bool is_list = lists_updates(words) || lists_patches(words);
  try {
    const Remarks remarks = is_list ? check_ending(command, result, answer) : check_exit_code(command, result, answer);
    return {remarks.has_skipped_repositories ? "partial" : "ok", {}, {}, remarks};
  } catch (const CollectorError& error) {
    return {"error", error.kind, error.what(), {}};
  }
}

std::vector<std::string> ids(const ListedUpdate& update, const char* type) {
  std::vector<std::string> all;
  for (const auto& issue : update.issues)
    if (issue.type == type) all.push_back(issue.id);
  return all;
}

bool is_same(const ListedUpdate& found, const json& expected) {
  const std::map<std::string, std::string> texts = {{"advisory", found.name},
                                                    {"name", found.name},
                                                    {"edition", found.edition},
                                                    {"candidate_version", found.edition},
                                                    {"arch", found.arch},
                                                    {"installed_version", found.edition_old},
                                                    {"repo", found.repository},
                                                    {"status", found.status},
                                                    {"classification", found.category},
                                                    {"severity", found.severity},
                                                    {"interactive", found.interactive},
                                                    {"summary", found.summary}};
  for (const auto& [key, value] : expected.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    if (key == "pkgmanager" || key == "restart" || (key == "interactive" && found.interactive.empty())) {
      const bool is_set = key == "pkgmanager" ? found.update_stack
                          : key == "restart"  ? found.reboot_suggested
                                              : found.is_interactive;
      if (is_set != (text == "true")) return false;
    } else if (key == "cves" || key == "bugzilla") {
      if (ids(found, key == "cves" ? "cve" : "bugzilla") != value.get<std::vector<std::string>>()) return false;
    } else if (key == "issued_time_t") {
      if (!found.issued || std::to_string(found.issued->time_since_epoch().count()) != text) return false;
    } else if (const auto field = texts.find(key); field != texts.end() && field->second != text) {
      return false;
    }
  }
  return true;
}

/// As multisets: each expected one is found once, and nothing else is.
void compare(std::vector<ListedUpdate> found, const json& expected) {
  for (const auto& one : expected) {
    const auto match =
        std::find_if(found.begin(), found.end(), [&](const ListedUpdate& other) { return is_same(other, one); });
    CHECK_MESSAGE(match != found.end(), "not found: ", one.dump());
    if (match != found.end()) found.erase(match);
  }
  for (const auto& one : found) FAIL_CHECK("not expected: ", one.name, " ", one.edition, " ", one.status);
}

void check_counts(const Case& one, const Answer& answer, const std::vector<ListedUpdate>& needed) {
  if (!one.expected.contains("counts")) return;
  const json& counts = one.expected["counts"];
  const auto all = answer.updates.size();
  for (const char* const key : {"rows", "patches"}) CHECK(counts.value(key, all) == all);
  for (const char* const key : {"updates", "needed"}) CHECK(counts.value(key, needed.size()) == needed.size());
  const auto secure =
      std::count_if(needed.begin(), needed.end(), [](const auto& each) { return each.category == "security"; });
  for (const char* const key : {"security", "needed_security"}) CHECK(counts.value(key, secure) == secure);
  std::map<std::string, int> by_status;
  for (const auto& each : answer.updates) ++by_status[each.status];
  if (counts.contains("by_status")) CHECK(json(by_status) == counts["by_status"]);
}

void check_messages(const Case& one, const Answer& answer) {
  if (!one.expected.contains("messages")) return;
  const json& messages = one.expected["messages"];
  const auto words = [](MessageKind kind) {
    return kind == MessageKind::info ? "info" : kind == MessageKind::warning ? "warning" : "error";
  };
  REQUIRE(answer.messages.size() == messages.size());
  for (std::size_t at = 0; at < messages.size(); ++at) {
    CHECK(messages[at].value("type", "") == words(answer.messages[at].kind));
    CHECK(answer.messages[at].text.find(messages[at].value("text", "").substr(0, 40)) == 0);
  }
}

void check_case(const Case& one) {
  const std::string words = one.command.substr(0, one.command.find('\n'));
  const std::string out = one.out();
  const Answer answer = read(one.tool + " " + words, out);
  for (const auto& line : answer.not_understood) FAIL_CHECK("not understood: ", line);
  const int exit_code = one.expected.value("exit_code", 0);
  const Outcome end = outcome(one.tool, exit_code, answer, one.file("stderr.txt"));
  const std::string result = one.expected.value("result", "ok");
  CHECK_MESSAGE(end.result == (result == "no_updates" ? "ok" : result), end.message);
  if (one.expected.value("retryable", false)) CHECK(end.kind == FailureKind::locked);
  if (one.expected.contains("locker_pid"))
    CHECK(end.message.find("pid " + std::to_string(one.expected["locker_pid"].get<int>())) != std::string::npos);
  check_messages(one, answer);
  // A list with --all has every patch; translated, the word for "needed" is not known, and there only those are listed.
  std::vector<ListedUpdate> needed = answer.updates;
  if (std::any_of(needed.begin(), needed.end(), [](const auto& each) { return each.status == "needed"; }))
    std::erase_if(needed, [](const auto& each) { return each.status != "needed"; });
  if (one.expected.contains("updates")) compare(needed, one.expected["updates"]);
  check_counts(one, answer, needed);
}

/// "lock-text: zypper list-patches while locked → exit 7 ; brk-ref: …": the words of one of them.
std::string command_of(const Case& one, const std::string& name) {
  const auto at = one.command.find(name + ": ");
  if (at == std::string::npos) return {};
  return one.command.substr(at + name.size(), one.command.find(" ; ", at) - at - name.size());
}

void check_exit_codes(const Case& one) {
  for (const auto& item : one.expected["files"].items()) {
    const std::string& name = item.key();
    const json& expected = item.value();
    CAPTURE(name);
    const std::string words = command_of(one, name);
    const Answer answer = read(words, one.file(name + ".stdout"));
    const Outcome end = outcome(words, expected.value("exit_code", 0), answer, one.file(name + ".stderr"));
    if (expected.contains("result")) CHECK_MESSAGE(end.result == expected["result"].get<std::string>(), end.message);
    if (expected.value("retryable", false)) CHECK(end.kind == FailureKind::locked);
    if (expected.contains("reboot_required"))
      CHECK(end.remarks.reboot_suggested == expected["reboot_required"].get<bool>());
  }
}

TEST_CASE("corpus: every recorded answer of zypper is read as expected") {
  const auto all = cases();
  if (all.empty()) MESSAGE("SKIPPED: no corpus in ", corpus().string());
  int compared = 0;
  for (const auto& one : all) {
    CAPTURE(one.folder.filename().string());
    if (one.tool == "zypper exit codes") {
      check_exit_codes(one);
    } else if (lists_updates(one.tool) || lists_patches(one.tool)) {
      check_case(one);
    } else {
      MESSAGE("no reader for \"", one.tool, "\": ", one.folder.filename().string(), " is not compared");
      continue;
    }
    ++compared;
  }
  MESSAGE(compared, " of ", all.size(), " recorded answers compared");
}

}  // namespace
}  // namespace patchstate::zypper
