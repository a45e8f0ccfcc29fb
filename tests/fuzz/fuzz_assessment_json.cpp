// SPDX-License-Identifier: Apache-2.0
// Whatever the reader takes, the writer writes in a form that reads back the same; and every export bears it.
#include <stdexcept>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/verdict.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  Assessment assessment;
  try {
    assessment = assessment_from_json(input);
  } catch (const std::invalid_argument&) {
    return;
  }
  const auto written = to_json(assessment);
  test::must(to_json(assessment_from_json(written)) == written, "what was written reads back the same");
  const auto now = assessment.started;
  assessment.verdict = judge(assessment, {}, now);
  test::must(!assessment.verdict.reasons.empty(), "a verdict has a reason");
  to_table(assessment, {}, now);
  to_azure(assessment);
  to_ocsf(assessment);
  to_openmetrics(assessment, now);
  to_csv(assessment);
  const auto nagios = to_nagios(assessment, false);
  test::must(nagios.find('\n') == std::string::npos || nagios.find('\n') == nagios.size() - 1,
             "Nagios output is one line");
}
