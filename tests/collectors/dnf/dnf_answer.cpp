// SPDX-License-Identifier: Apache-2.0
// dnf_answer ROOT CACHE [DNF5]: what the dnf collector says of the system below ROOT, as the JSON of an assessment;
// with DNF5 it asks that program, which the machine may not have in its own folders. For the differential tests.
#include <chrono>
#include <cstdio>
#include <exception>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf_collector.h"

int main(int count, char** arguments) try {
  using namespace patchstate;
  if (count != 3 && count != 4) return 64;
  SystemProcessRunner runner;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const HostAccess access{runner, arguments[1], arguments[2], now};
  const CollectorChoice choice = dnf::choose_dnf(access);
  Assessment assessment;
  assessment.started = assessment.last_modified = now;
  SourceReport report;
  report.name = choice.source;
  report.service = choice.service;
  std::fprintf(stderr, "%s\n", choice.reason.c_str());
  if (!choice.fits) return 1;
  try {
    report.outcome = count == 4 ? dnf::DnfCollector(access, {dnf::Tool::dnf5, arguments[3], {}}).collect()
                                : choice.collector->collect();
  } catch (const CollectorError& error) {
    report.outcome = Failure{error.kind, error.error_code, error.what()};
  }
  assessment.sources.push_back(std::move(report));
  std::puts(to_json(assessment, JsonStyle::indented).c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "dnf_answer: %s\n", error.what());
  return 70;
}
