// SPDX-License-Identifier: Apache-2.0
#include "agent/assess.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <system_error>
#include <tuple>

#include <fmt/core.h>

#include "agent/kept_host_id.h"
#include "agent/state_hash.h"
#include "agent/version.h"
#include "assessment/assessment_json.h"
#include "assessment/verdict.h"
#include "collectors/host/host_facts.h"
#include "collectors/reboot/reboot_evidence.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kRebootDeadline{10};
constexpr std::size_t kMaxWarnings = 100;

enum class Reuse { no, if_unchanged };

std::chrono::milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

FailureKind kind_of(const std::error_code& code) {
  static constexpr std::array kKinds{
      std::pair{std::errc::permission_denied, FailureKind::permission_denied},
      std::pair{std::errc::operation_not_permitted, FailureKind::permission_denied},
      std::pair{std::errc::timed_out, FailureKind::timed_out},
      std::pair{std::errc::no_such_file_or_directory, FailureKind::tool_missing},
      std::pair{std::errc::device_or_resource_busy, FailureKind::locked},
      std::pair{std::errc::text_file_busy, FailureKind::locked},
      std::pair{std::errc::connection_refused, FailureKind::unreachable},
      std::pair{std::errc::host_unreachable, FailureKind::unreachable},
      std::pair{std::errc::network_unreachable, FailureKind::unreachable},
      std::pair{std::errc::file_too_large, FailureKind::unparseable},
  };
  for (const auto& [error, kind] : kKinds)
    if (code == error) return kind;
  return FailureKind::internal;
}

/// Equal warnings once; incomplete ones are the last to give way when there are too many.
void limit_warnings(std::vector<Warning>& warnings) {
  const auto fields = [](const Warning& w) { return std::tie(w.code, w.subject, w.message); };
  std::vector<Warning> kept;
  for (auto& warning : warnings) {
    warning.message = masked(warning.message);
    warning.subject = masked(warning.subject);
    if (std::none_of(kept.begin(), kept.end(), [&](const auto& other) { return fields(other) == fields(warning); }))
      kept.push_back(std::move(warning));
  }
  warnings = std::move(kept);
  if (warnings.size() <= kMaxWarnings) return;
  std::stable_partition(warnings.begin(), warnings.end(), [](const Warning& w) { return w.incomplete; });
  const bool incomplete = warnings[kMaxWarnings - 1].incomplete;
  const auto more = warnings.size() - (kMaxWarnings - 1);
  warnings.resize(kMaxWarnings - 1);
  warnings.push_back({"more_warnings", fmt::format("{} more warnings are not shown", more), {}, incomplete});
}

void mask(Findings& findings) {
  limit_warnings(findings.warnings);
  for (auto& repository : findings.metadata.repositories) repository.name = masked(repository.name);
  for (auto& name : findings.metadata.missing_advisory_data) name = masked(name);
  for (auto& update : findings.updates) {
    update.repository = masked(update.repository);
    update.evidence = masked(update.evidence);
    update.state_reason = masked(update.state_reason);
  }
}

using Sightings = std::map<std::tuple<std::string, std::string, std::string>, Time>;

/// When each pending version of this very host was first seen.
Sightings sightings_in(const std::optional<Assessment>& previous, const Host& host) {
  Sightings seen;
  if (!previous || previous->host.id != host.id) return seen;
  for (const auto& source : previous->sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& update : findings->updates)
        if (update.first_seen) seen[{source.name, update.patch_id, update.version}] = *update.first_seen;
  return seen;
}

void mark_first_seen(const std::string& source, Findings& findings, const Sightings& seen, Time now) {
  for (auto& update : findings.updates) {
    const auto before = seen.find({source, update.patch_id, update.version});
    update.first_seen = before == seen.end() ? now : before->second;
  }
}

Failure failure(FailureKind kind, std::string_view message, std::string code = {}) {
  return {kind, std::move(code), masked(message), mostly_passes(kind)};
}

/// One of the program's catch sites: here a source's exception becomes its Failure.
std::variant<Failure, Findings> ask(const CollectorChoice& choice) {
  try {
    return choice.collector->collect();
  } catch (const CollectorError& error) {
    Failure why = failure(error.kind, error.what(), masked(error.error_code));
    why.may_pass = error.may_pass;
    return why;
  } catch (const std::system_error& error) {
    return failure(kind_of(error.code()), error.what());
  } catch (const std::exception& error) {
    return failure(FailureKind::internal, error.what());
  }
}

class Sources {
 public:
  Sources(const AssessOptions& options, const Host& host) : options_(options), host_(host) {}

  std::vector<SourceReport> collect(Reuse reuse) {
    std::vector<SourceReport> reports;
    for (const auto& choice : options_.choices)
      if (is_wanted(choice)) reports.push_back(report(choice, reuse));
    return reports;
  }

 private:
  /// Fitting ones unless the configuration names some; those it names must answer, fitting or not.
  bool is_wanted(const CollectorChoice& choice) const {
    const auto& named = options_.config.collectors;
    return named.empty() ? choice.fits : std::find(named.begin(), named.end(), choice.source) != named.end();
  }

  SourceReport report(const CollectorChoice& choice, Reuse reuse) {
    SourceReport report{choice.source, choice.service, {}, {}};
    const auto start = Clock::now();
    options_.on_step("asking " + choice.source);
    report.outcome = outcome(choice, reuse);
    if (const auto* findings = std::get_if<Findings>(&report.outcome);
        findings != nullptr && findings->service != PatchService::unknown)
      report.service = findings->service;
    report.duration = since(start);
    return report;
  }

  std::variant<Failure, Findings> outcome(const CollectorChoice& choice, Reuse reuse) {
    if (choice.collector == nullptr) return failure(FailureKind::unsupported, choice.reason);
    const Time now = options_.access.now;
    if (reuse == Reuse::if_unchanged)
      if (auto findings = options_.cache.find(choice, now)) return std::move(*findings);
    auto answer = ask(choice);
    if (auto* findings = std::get_if<Findings>(&answer)) {
      mask(*findings);
      mark_first_seen(choice.source, *findings, seen(), now);
      findings->digest = digest_of(*findings);
      options_.cache.keep(choice, *findings, now);
    }
    return answer;
  }

  const Sightings& seen() {
    if (!seen_) seen_ = sightings_in(options_.previous(), host_);
    return *seen_;
  }

  const AssessOptions& options_;
  const Host& host_;
  std::optional<Sightings> seen_;
};

void collect_sources(const AssessOptions& options, Assessment& assessment) {
  Sources sources(options, assessment.host);
  const auto& policy = options.config.refresh;
  const auto due = [&](const SourceReport& source) { return is_due(policy, source, options.access.now); };
  if (policy.mode != RefreshMode::always || !options.refresh) assessment.sources = sources.collect(Reuse::if_unchanged);
  if (!options.refresh || policy.mode == RefreshMode::never) return;
  if (policy.mode == RefreshMode::if_older_than &&
      std::none_of(assessment.sources.begin(), assessment.sources.end(), due))
    return;
  options.on_step("refreshing the system's package metadata");
  auto refreshed = options.refresh();
  if (!refreshed.succeeded && refreshed.warnings.empty())
    refreshed.warnings.push_back({"refresh_failed", "refreshing the package metadata failed", {}, true});
  // Collected again even if it failed: a part may have been fetched.
  assessment.sources = sources.collect(Reuse::no);
  std::move(refreshed.warnings.begin(), refreshed.warnings.end(), std::back_inserter(assessment.warnings));
}

Warning no_collector(const Host& host, std::span<const CollectorChoice> choices) {
  std::string reasons;
  for (const auto& choice : choices) reasons += fmt::format("; {}: {}", choice.source, choice.reason);
  return {"no_collector",
          fmt::format("{} has no source of updates that this version can ask{}",
                      host.os.name.empty() ? "this system" : host.os.name, reasons),
          host.os.id, true};
}

void add_reboot_evidence(const AssessOptions& options, Assessment& assessment) {
  options.on_step("looking for reasons to reboot");
  auto evidence = read_reboot_evidence(options.access, assessment.host, kRebootDeadline);
  assessment.reboot_pending = evidence.pending;
  assessment.reboot_reasons = std::move(evidence.reasons);
  std::move(evidence.warnings.begin(), evidence.warnings.end(), std::back_inserter(assessment.warnings));
}

}  // namespace

Assessment assess_host(const AssessOptions& options) {
  const auto start = Clock::now();
  const Time now = options.access.now;
  Assessment assessment;
  assessment.activity_id = random_uuid();
  assessment.agent_version = agent_version();
  assessment.started = now;

  auto facts = read_host_facts(options.access);
  assessment.host = std::move(facts.host);
  if (assessment.host.id.empty() && options.access.root == "/") assessment.host.id = kept_host_id();
  assessment.warnings = std::move(facts.warnings);
  if (options.config.cloud == CloudLookup::on && options.access.root == "/") {
    options.on_step("asking the cloud who this is");
    assessment.host.cloud = read_cloud({});
  }
  collect_sources(options, assessment);
  if (assessment.sources.empty()) assessment.warnings.push_back(no_collector(assessment.host, options.choices));
  add_reboot_evidence(options, assessment);
  limit_warnings(assessment.warnings);

  assessment.verdict = judge(assessment, options.config.policy, now);
  // Not the wall clock again: it may have been set back meanwhile.
  assessment.last_modified = now + std::chrono::duration_cast<std::chrono::seconds>(since(start));
  if (!queues_of(options.config).empty()) assessment.interval = options.config.report.interval;
  assessment.state_hash = state_hash_of(assessment);
  return assessment;
}

}  // namespace patchstate
