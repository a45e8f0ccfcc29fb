// SPDX-License-Identifier: Apache-2.0
// Output of a monitoring plugin: one line, then performance data. A number that isn't proved is "U", never 0.
#include <algorithm>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

/// '|' starts the performance data, so it can't stand in the words. Old plugin hosts cut at 1024 bytes.
std::string in_words(std::string_view text) {
  std::string words = one_line(text);
  std::replace(words.begin(), words.end(), '|', '/');
  return clean_text(words, 800);
}

std::string performance_data(const Assessment& assessment) {
  const Counts counts = count(assessment);
  const bool is_proved =
      assessment.verdict.value != VerdictValue::unknown && status_of(assessment) == Status::succeeded;
  const auto number = [&](int value) { return is_proved || value > 0 ? std::to_string(value) : std::string("U"); };
  return fmt::format("security={};;0;0 other={};;;0 unclassified={};;;0", number(counts.critical_and_security),
                     number(counts.other), number(counts.unclassified));
}

}  // namespace

int exit_code(const Assessment& assessment, bool strict_updates) {
  if (assessment.verdict.value == VerdictValue::noncompliant) return 2;
  if (assessment.verdict.value != VerdictValue::compliant) return 3;
  const Counts counts = count(assessment);
  return strict_updates && counts.other + counts.unclassified > 0 ? 1 : 0;
}

std::string to_nagios(const Assessment& assessment, bool strict_updates) {
  static constexpr std::string_view kStates[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  const int code = exit_code(assessment, strict_updates);
  const Counts counts = count(assessment);
  const auto& reasons = assessment.verdict.reasons;
  std::string words = assessment.host.hostname.empty() ? "" : assessment.host.hostname + ": ";
  if (code == 1)
    words += "no security update is missing, but " + counted(counts.other + counts.unclassified, "other update");
  else
    words += reasons.empty() ? "no verdict was given" : reasons.front().message;
  if (code >= 2 && reasons.size() > 1)
    words += fmt::format(" (and {})", counted(static_cast<int>(reasons.size()) - 1, "more reason"));
  return fmt::format("PATCHSTATE {} - {} | {}\n", kStates[code], in_words(words), performance_data(assessment));
}

}  // namespace patchstate
