// SPDX-License-Identifier: Apache-2.0
// OpenMetrics 1.0, kept to gauges so that readers of the older Prometheus text format understand it too. What is not
// known has no sample: a zero stands only where it is proved.
#include <initializer_list>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void add_family(std::string& text, std::string_view name, std::string_view unit, std::string_view help) {
  text += fmt::format("# TYPE {} gauge\n", name);
  if (!unit.empty()) text += fmt::format("# UNIT {} {}\n", name, unit);
  text += fmt::format("# HELP {} {}\n", name, help);
}

void add_sample(std::string& text, std::string_view name, Labels labels, std::int64_t value) {
  text += name;
  bool first = true;
  for (const auto& [label, label_value] : labels) {
    text += fmt::format("{}{}=\"{}\"", first ? "{" : ",", label, escaped(label_value));
    first = false;
  }
  text += fmt::format("{} {}\n", first ? "" : "}", value);
}

void add_host(std::string& text, const Assessment& assessment) {
  add_family(text, "patchstate_info", "", "What was assessed, and by which version; always 1.");
  const Host& host = assessment.host;
  add_sample(text, "patchstate_info",
             {{"version", assessment.agent_version},
              {"hostname", host.hostname},
              {"host_id", host.id},
              {"os", host.os.id},
              {"os_version", host.os.version_id},
              {"kernel", host.kernel_running}},
             1);
  add_family(text, "patchstate_assessment_timestamp_seconds", "seconds", "When the assessment was complete.");
  add_sample(text, "patchstate_assessment_timestamp_seconds", {}, assessment.last_modified.time_since_epoch().count());
}

void add_verdict(std::string& text, const Assessment& assessment) {
  add_family(text, "patchstate_verdict", "",
             "The verdict: the value with 1 holds. unknown is not a kind of compliant.");
  for (const auto value : all_values<VerdictValue>())
    add_sample(text, "patchstate_verdict", {{"value", to_text(value)}}, assessment.verdict.value == value ? 1 : 0);
  add_family(text, "patchstate_reboot_pending", "", "Whether a reboot is pending; no sample: not known.");
  if (assessment.reboot_pending) add_sample(text, "patchstate_reboot_pending", {}, *assessment.reboot_pending ? 1 : 0);
}

void add_sources(std::string& text, const Assessment& assessment, Time now) {
  add_family(text, "patchstate_source_up", "", "Whether the source of updates answered.");
  for (const auto& source : assessment.sources)
    add_sample(text, "patchstate_source_up", {{"source", source.name}}, status_of(source) == Status::failed ? 0 : 1);
  add_family(text, "patchstate_metadata_age_seconds", "seconds",
             "Time since the source's oldest last successful check for updates; no sample: not known.");
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome); findings && findings->metadata.checked_at)
      add_sample(text, "patchstate_metadata_age_seconds", {{"source", source.name}},
                 (now - *findings->metadata.checked_at).count());
}

/// The counts of one source alone.
Counts count_of(const SourceReport& source) {
  Assessment alone;
  alone.sources.push_back(source);
  return count(alone);
}

void add_counts(std::string& text, const Assessment& assessment) {
  const auto add = [&](const SourceReport& source, std::string_view name, std::string_view kind, int number) {
    const bool is_proved = status_of(source) == Status::succeeded && assessment.verdict.value != VerdictValue::unknown;
    if (number > 0 || is_proved) add_sample(text, name, {{"source", source.name}, {"classification", kind}}, number);
  };
  constexpr std::string_view kPending = "patchstate_pending_updates";
  add_family(text, kPending, "",
             "Updates that are installable or wait for a reboot; security includes critical. No sample: none is known, "
             "and that there is none is not proved.");
  for (const auto& source : assessment.sources) {
    const Counts counts = count_of(source);
    add(source, kPending, "security", counts.critical_and_security);
    add(source, kPending, "other", counts.other);
    add(source, kPending, "unclassified", counts.unclassified);
  }
  constexpr std::string_view kApart = "patchstate_not_installable_updates";
  add_family(text, kApart, "", "Updates in any other state (held, phased, ...); security includes critical.");
  for (const auto& source : assessment.sources) {
    const Counts counts = count_of(source);
    add(source, kApart, "security", counts.not_installable_security);
    add(source, kApart, "other", counts.not_installable_other);
  }
}

}  // namespace

std::string to_openmetrics(const Assessment& assessment, Time now) {
  std::string text;
  add_host(text, assessment);
  add_verdict(text, assessment);
  add_sources(text, assessment, now);
  add_counts(text, assessment);
  return text + "# EOF\n";
}

}  // namespace patchstate
