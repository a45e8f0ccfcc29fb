// SPDX-License-Identifier: Apache-2.0
// zypper_answer ROOT CACHE: what the zypper collector says of the system below ROOT, as the JSON of an assessment; for the
// differential tests.
#include <chrono>
#include <cstdio>
#include <exception>

#include "assessment/assessment_json.h"
#include "collectors/zypper/zypper_collector.h"

int main(int count, char** arguments) try {
  using namespace patchstate;
  if (count != 3) return 64;
  SystemProcessRunner runner;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const HostAccess access{runner, arguments[1], arguments[2], now};
  const CollectorChoice choice = zypper::choose_zypper(access);
  Assessment assessment;
  assessment.started = assessment.last_modified = now;
  SourceReport report;
  report.name = choice.source;
  report.service = choice.service;
  std::fprintf(stderr, "%s\n", choice.reason.c_str());
  if (!choice.fits) return 1;
  try {
    report.outcome = choice.collector->collect();
  } catch (const CollectorError& error) {
    report.outcome = Failure{error.kind, error.error_code, error.what()};
  }
  assessment.sources.push_back(std::move(report));
  std::puts(to_json(assessment, JsonStyle::indented).c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "zypper_answer: %s\n", error.what());
  return 70;
}
