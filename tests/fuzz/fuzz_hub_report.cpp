// SPDX-License-Identifier: Apache-2.0
// A body of POST /v1/assessments. The first byte says how it is encoded: 'z' for gzip, else not at all.
#include "hub/report.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (input.empty()) return;
  const bool zipped = input.front() == 'z';
  input.remove_prefix(1);
  IngestLimits limits;
  limits.max_expanded = 1U << 20U;
  const ReadReport read = read_report(input, zipped ? "gzip" : "", limits);
  if (!read.report) {
    test::must(read.problem.status >= 400 && !read.problem.title.empty(), "a refusal says why");
    return;
  }
  test::must(!read.report->host_id.empty() && read.report->activity_id.size() == 36,
             "a report names its host and itself");
  test::must(read.report->kind == ReportKind::heartbeat || !read.report->assessment.verdict.reasons.empty(),
             "a verdict has reasons");
}
