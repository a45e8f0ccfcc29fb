// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/machine_evidence.h"

#include <fmt/core.h>

#include "hub/pages/words.h"

namespace patchstate {
namespace {

constexpr std::size_t kRepositoriesShown = 60;
constexpr std::size_t kWarningsShown = 40;

Data optional_time(const std::optional<Time>& time) {
  return time_data(time.value_or(Time{}));
}

Data optional_text(const std::string& text) {
  return text.empty() ? Data(false) : Data("text", text);
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration < std::chrono::seconds{1}) return fmt::format("{} ms", duration.count());
  return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000);
}

Data repository_row(const Repository& repository) {
  Data row;
  row.set("repository", repository.name);
  row.set("state", repository.state == RepositoryState::ok ? "read" : std::string(to_text(repository.state)));
  row.set("is_bad", Data(repository.state != RepositoryState::ok));
  row.set("checked", optional_time(repository.checked_at));
  row.set("published", optional_time(repository.published_at));
  row.set("valid_until", optional_time(repository.valid_until));
  row.set("is_security", Data(repository.security));
  return row;
}

void put_findings(Data& row, Data& repositories, Data& warnings, const Findings& findings, Time now) {
  const auto& checked = findings.metadata.checked_at;
  row.set("tool", optional_text(findings.tool.empty() ? findings.tool_version
                                                      : fmt::format("{} {}", findings.tool, findings.tool_version)));
  row.set("checked", optional_time(checked));
  row.set("checked_age", checked && *checked <= now ? Data("text", age_text(*checked, now)) : Data(false));
  row.set("known_by", optional_text(findings.metadata.checked_evidence));
  row.set("found", count_text(static_cast<std::int64_t>(findings.updates.size()), "pending update"));
  for (const auto& repository : findings.metadata.repositories)
    if (repositories.list_value().size() < kRepositoriesShown) repositories << repository_row(repository);
  for (const auto& warning : findings.warnings) {
    Data one;
    one.set("code", warning.code);
    one.set("message", warning.message);
    one.set("incomplete", Data(warning.incomplete));
    warnings << one;
  }
}

}  // namespace

void put_evidence(Data& data, const std::optional<Assessment>& report, Time now) {
  data.set("has_report", Data(report.has_value()));
  if (!report) return;
  data.set("assessed", time_data(report->last_modified));
  Data sources(Data::type::list);
  Data repositories(Data::type::list);
  Data warnings(Data::type::list);
  for (const auto& source : report->sources) {
    Data row;
    row.set("source", source.name);
    row.set("duration", duration_text(source.duration));
    const auto* const failure = std::get_if<Failure>(&source.outcome);
    row.set("failed", failure == nullptr
                          ? Data(false)
                          : Data("text", fmt::format("{}: {}", to_text(failure->kind), failure->message)));
    const auto status = status_of(source);
    row.set("status", status == Status::succeeded ? "answered in full"
                      : status == Status::partial ? "answered in part"
                                                  : "gave no answer");
    row.set("is_bad", Data(status != Status::succeeded));
    for (const auto* const name : {"tool", "checked", "checked_age", "known_by"}) row.set(name, Data(false));
    row.set("found", "");
    if (failure == nullptr) put_findings(row, repositories, warnings, std::get<Findings>(source.outcome), now);
    sources << row;
  }
  for (const auto& warning : report->warnings) {
    if (warnings.list_value().size() >= kWarningsShown) break;
    Data one;
    one.set("code", warning.code);
    one.set("message", warning.message);
    one.set("incomplete", Data(warning.incomplete));
    warnings << one;
  }
  Data reboots(Data::type::list);
  for (const auto& reason : report->reboot_reasons) {
    Data one;
    one.set("source", reason.source);
    one.set("evidence", reason.evidence);
    reboots << one;
  }
  data.set("has_sources", Data(!report->sources.empty()));
  data.set("sources", sources);
  data.set("has_repositories", Data(repositories.is_non_empty_list()));
  data.set("repositories", repositories);
  data.set("has_warnings", Data(warnings.is_non_empty_list()));
  data.set("warnings", warnings);
  data.set("has_reboots", Data(reboots.is_non_empty_list()));
  data.set("reboots", reboots);
}

const Update* update_in(const std::optional<Assessment>& report, const std::string& source, const std::string& patch_id,
                        const std::string& version) {
  if (!report) return nullptr;
  for (const auto& one : report->sources) {
    const auto* const findings = std::get_if<Findings>(&one.outcome);
    if (findings == nullptr || one.name != source) continue;
    for (const auto& update : findings->updates)
      if (update.patch_id == patch_id && update.version == version) return &update;
  }
  return nullptr;
}

}  // namespace patchstate
