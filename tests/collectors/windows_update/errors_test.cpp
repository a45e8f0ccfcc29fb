// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "collectors/windows_update/windows_update_errors.h"
#include "tests/collectors/windows_update/recorded.h"

namespace patchstate::windows_update {
namespace {

namespace fs = std::filesystem;

TEST_CASE("every code that is known has a name, one sentence and something to do, and none is there twice") {
  std::set<ErrorCode> seen;
  for (const ErrorCode code : known_codes()) {
    CAPTURE(code);
    CHECK(seen.insert(code).second);
    const Explanation all = explain(code);
    CHECK(all.known);
    CHECK_FALSE(all.name.empty());
    CHECK(all.sentence.size() > 10);
    CHECK(all.sentence.back() != '.');
    CHECK_FALSE(all.advice.empty());
  }
  CHECK(seen.size() > 550);
}

/// Codes to which the agent's documentation gives another name than the header.
const std::map<std::string, std::string> kRenamed = {{"WU_E_REVERT_NOT_ALLOWED", "WU_E_NOTSUPPORTED"}};

TEST_CASE("every code of wuerror.h is known by its name") {
  const std::vector<fs::path> places = {"/usr/share/mingw-w64/include/wuerror.h",
                                        "/usr/x86_64-w64-mingw32/include/wuerror.h"};
  const auto header = std::find_if(places.begin(), places.end(), [](const fs::path& one) { return fs::exists(one); });
  if (header == places.end()) {
    MESSAGE("SKIPPED: no wuerror.h, it is in mingw-w64-common");
    return;
  }
  const std::string text = test::content(*header);
  const std::regex line(R"(#define (WU_[SE]_\w+) _HRESULT_TYPEDEF_\(0x([0-9A-Fa-f]+)\))");
  int number = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at, ++number) {
    const auto code = static_cast<ErrorCode>(std::stoul((*at)[2], nullptr, 16));
    const std::string name = (*at)[1];
    const auto renamed = kRenamed.find(name);
    CHECK(explain(code).name == (renamed == kRenamed.end() ? name : renamed->second));
  }
  CHECK(number > 440);
}

/// Words that carry a meaning: of five letters and more, or numbers of three digits, by their first five letters.
std::set<std::string> words(const std::string& text) {
  std::set<std::string> all;
  std::string word;
  for (const char letter : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      continue;
    }
    const bool is_number = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    if (word.size() > 4 || (is_number && word.size() == 3)) all.insert(word.substr(0, 5));
    word.clear();
  }
  return all;
}

double share(const std::set<std::string>& wanted, const std::set<std::string>& found) {
  if (wanted.empty()) return 1;
  const auto common = std::count_if(wanted.begin(), wanted.end(), [&](const auto& one) { return found.contains(one); });
  return static_cast<double>(common) / static_cast<double>(wanted.size());
}

TEST_CASE("corpus: every code of the recorded tables has that name, and our sentence says what they say") {
  int tables = 0;
  int codes = 0;
  if (!fs::is_directory(test::corpus())) MESSAGE("SKIPPED: no corpus in ", test::corpus().string());
  for (const auto& entry :
       fs::is_directory(test::corpus()) ? fs::directory_iterator(test::corpus()) : fs::directory_iterator()) {
    const auto expected = nlohmann::json::parse(test::content(entry.path() / "expected.json"), nullptr, false);
    if (!expected.is_object() || expected.value("tool", "") != "WUA errors") continue;
    ++tables;
    for (const auto& one : expected["codes"]) {
      const auto code = static_cast<ErrorCode>(std::stoul(one["code"].get<std::string>(), nullptr, 16));
      const Explanation all = explain(code);
      CAPTURE(all.sentence);
      CHECK(all.name == one["symbol"].get<std::string>());
      const auto meaning = one.value("meaning", std::string());
      CHECK_MESSAGE(share(words(meaning), words(all.sentence)) >= 0.4, meaning);
      ++codes;
    }
  }
  MESSAGE(codes, " codes of ", tables, " tables compared");
}

TEST_CASE("what goes away by itself is worth another try soon, what somebody has to change is not") {
  for (const ErrorCode code : {0x8024402CU, 0x80240438U, 0x8024401CU, 0x8024401FU, 0x80244021U, 0x80244022U,
                               0x80244023U, 0x80072EE2U, 0x80072EE7U, 0x80072EFDU, 0x80072EFEU, 0x8024001EU,
                               0x8024000BU, 0x80240009U, 0x8024001BU, 0x800706BAU, 0x800706BEU})
    CHECK_MESSAGE(explain(code).retry_soon, description(code));
  for (const ErrorCode code : {0x80070422U, 0x8024A000U, 0x80240025U, 0x8024002EU, 0x8024500CU, 0x80244016U,
                               0x80244017U, 0x80244018U, 0x80244019U, 0x8024401BU, 0x80240032U})
    CHECK_MESSAGE(!explain(code).retry_soon, description(code));
}

TEST_CASE("the kind of failure says who has to do something") {
  const std::vector<std::pair<ErrorCode, FailureKind>> kinds = {{0x80070422, FailureKind::disabled},
                                                                {0x8024002E, FailureKind::disabled},
                                                                {0x8024A000, FailureKind::disabled},
                                                                {0x80070005, FailureKind::permission_denied},
                                                                {0x80240044, FailureKind::permission_denied},
                                                                {0x80004001, FailureKind::unsupported},
                                                                {0x80004002, FailureKind::unsupported},
                                                                {0x80040154, FailureKind::tool_missing},
                                                                {0x80070424, FailureKind::tool_missing},
                                                                {0x8024402C, FailureKind::unreachable},
                                                                {0x80072EE2, FailureKind::unreachable},
                                                                {0x80244017, FailureKind::unreachable},
                                                                {0x80240009, FailureKind::locked},
                                                                {0x8007000E, FailureKind::tool_failed},
                                                                {0x80070490, FailureKind::tool_failed},
                                                                {0x80240032, FailureKind::internal}};
  for (const auto& [code, kind] : kinds) {
    const std::string what = description(code);
    CHECK_MESSAGE(explain(code).kind == kind, what);
  }
}

TEST_CASE("a code nobody named is shown as it is, with whose it is") {
  CHECK(description(0x80240ABC) == "0x80240ABC: an error of Windows Update without a known name");
  CHECK(description(0x8007042A) == "0x8007042A: an error of Win32 without a known name (number 1066)");
  CHECK(description(0x801901F7) == "0x801901F7: the server answered with HTTP status 503");
  CHECK(explain(0x801901F7).retry_soon);
  CHECK(explain(0x80190193).kind == FailureKind::unreachable);
  CHECK_FALSE(explain(0x80190193).retry_soon);
  CHECK(explain(0x8ABC0001).sentence == "an error of a facility that is not known without a known name");
  CHECK(explain(0x0024FFF0).sentence == "a code of success of Windows Update without a known name");
  CHECK_FALSE(explain(0x80240ABC).known);
  CHECK_FALSE(explain(0x80240ABC).retry_soon);
}

}  // namespace
}  // namespace patchstate::windows_update
