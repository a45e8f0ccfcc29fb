// SPDX-License-Identifier: Apache-2.0
// The report for a person. All text from outside passes one_line() before it gets near the terminal.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/table_text.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

constexpr std::size_t kLabelColumns = 12;

/// "  Reboot    needed: …", wrapped under itself.
void add_line(std::string& table, std::string_view label, std::string_view text, const TableStyle& style) {
  table += fmt::format("  {:<{}}{}\n", label, kLabelColumns - 2, wrapped(text, width_of(style), kLabelColumns));
}

std::string machine(const Assessment& assessment) {
  const std::string name = one_line(assessment.host.hostname);
  return name.empty() ? "this machine" : name;
}

/// The verdict in words: one sentence that names the machine.
std::string headline(const Assessment& assessment) {
  const auto& reasons = assessment.verdict.reasons;
  const std::string first = reasons.empty() ? "no verdict was given" : one_line(reasons.front().message);
  if (assessment.verdict.value == VerdictValue::noncompliant) return machine(assessment) + ": " + first;
  if (assessment.verdict.value == VerdictValue::compliant)
    return fmt::format("{} is missing no {}", machine(assessment), security_noun(updates_by_urgency(assessment)));
  return fmt::format("{} may be missing updates: {}", machine(assessment), first);
}

void add_verdict(std::string& table, const Assessment& assessment, const TableStyle& style) {
  std::string word(to_text(assessment.verdict.value));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  const Paint paint = assessment.verdict.value == VerdictValue::compliant      ? Paint::green
                      : assessment.verdict.value == VerdictValue::noncompliant ? Paint::red
                                                                               : Paint::yellow;
  table += painted(word, paint, style) + "  ";
  table += wrapped(headline(assessment), width_of(style), word.size() + 2) + "\n\n";
}

/// Reasons that neither the headline nor the lines below tell.
void add_reasons(std::string& table, const Assessment& assessment, const TableStyle& style) {
  const auto& reasons = assessment.verdict.reasons;
  std::string_view label = assessment.verdict.value == VerdictValue::compliant ? "But" : "And";
  for (std::size_t i = 1; i < reasons.size(); ++i) {
    add_line(table, label, one_line(reasons[i].message), style);
    label = "";
  }
}

/// "2 security, 5 other"; what is zero is left out.
std::string counts_text(std::initializer_list<std::pair<int, std::string_view>> counts) {
  std::string text;
  for (const auto& [number, what] : counts)
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, what);
  return text;
}

void add_counts(std::string& table, const Assessment& assessment, const TableStyle& style) {
  if (status_of(assessment) == Status::failed) return add_line(table, "Pending", "not known", style);
  const Counts counts = count(assessment);
  std::string text = counts_text({{counts.critical_and_security, "security"},
                                  {counts.unclassified, "that nobody can classify"},
                                  {counts.other, "other"}});
  const bool is_whole = status_of(assessment) == Status::succeeded && assessment.verdict.value != VerdictValue::unknown;
  if (text.empty()) text = is_whole ? "nothing" : "nothing that is known";
  if (!is_whole) text += "; there may be more";
  add_line(table, "Pending", text, style);
  const std::string apart =
      counts_text({{counts.not_installable_security, "security"}, {counts.not_installable_other, "other"}});
  if (!apart.empty()) add_line(table, "Apart", apart + ", held, kept back or the like", style);
}

void add_reboot(std::string& table, const Assessment& assessment, const TableStyle& style) {
  std::string text = !assessment.reboot_pending ? "not known" : *assessment.reboot_pending ? "needed" : "not needed";
  std::vector<std::string> signs;
  for (const auto strength : {Strength::strong, Strength::weak})
    for (const auto& reason : assessment.reboot_reasons)
      if (reason.strength == strength)
        signs.push_back((strength == Strength::weak ? "weak sign: " : "") + one_line(reason.evidence));
  for (std::size_t i = 0; i < signs.size(); ++i) text += (i == 0 ? ": " : "; ") + signs[i];
  add_line(table, "Reboot", text, style);
}

void add_checks(std::string& table, const Assessment& assessment, const TableStyle& style, Time now) {
  std::string_view label = "Checked";
  for (const auto& source : assessment.sources) {
    std::string text = one_line(source.name);
    if (const auto* findings = std::get_if<Findings>(&source.outcome)) {
      const Metadata& metadata = findings->metadata;
      if (!metadata.checked_at)
        text += " has no trace of a check for updates";
      else if (*metadata.checked_at > now)
        text += " in the future: " + format_time(*metadata.checked_at);
      else
        text += fmt::format(" {} ago", age_in_words(now - *metadata.checked_at));
      if (metadata.checked_at && !metadata.checked_evidence.empty())
        text += fmt::format(" (by {})", one_line(metadata.checked_evidence));
      if (findings->last_installation)
        text += fmt::format(
            "; last installed {}{}", format_time(findings->last_installation->at).substr(0, 10),
            findings->last_installation->name.empty() ? "" : ": " + one_line(findings->last_installation->name));
    } else {
      text += " gave no answer";
    }
    add_line(table, label, text, style);
    label = "";
  }
}

void add_system(std::string& table, const Assessment& assessment, const TableStyle& style, Time now) {
  const OperatingSystem& os = assessment.host.os;
  std::string text = os.name.empty() ? (os.id.empty() ? "not known" : one_line(os.id)) : one_line(os.name);
  if (os.end_of_support)
    text += fmt::format(", {} {}", *os.end_of_support > now ? "supported until" : "no security updates since",
                        format_time(*os.end_of_support).substr(0, 10));
  else
    text += ", end of support not known";
  add_line(table, "System", text, style);
  if (now - assessment.last_modified >= std::chrono::minutes{1})
    add_line(table, "Assessed", age_in_words(now - assessment.last_modified) + " ago", style);
}

/// Failures and warnings that no reason of the verdict has told already.
void add_notes(std::string& table, const Assessment& assessment, const TableStyle& style) {
  std::vector<std::string> told;
  for (const auto& reason : assessment.verdict.reasons) told.push_back(reason.message);
  const auto add = [&](std::string_view label, const std::string& subject, const std::string& message) {
    const auto tells = [&](const std::string& text) { return text.find(message) != std::string::npos; };
    if (std::any_of(told.begin(), told.end(), tells)) return;
    told.push_back(message);
    add_line(table, label, one_line(subject + message), style);
  };
  for (const auto& source : assessment.sources)
    if (const auto* failure = std::get_if<Failure>(&source.outcome))
      add("Failed", fmt::format("{} ({}): ", source.name, to_text(failure->kind)), failure->message);
  for (const auto& warning : assessment.warnings) add("Warning", "", warning.message);
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& warning : findings->warnings) add("Warning", source.name + ": ", warning.message);
}

}  // namespace

std::string to_table(const Assessment& assessment, const TableStyle& style, Time now) {
  std::string table;
  add_verdict(table, assessment, style);
  add_reasons(table, assessment, style);
  add_counts(table, assessment, style);
  add_reboot(table, assessment, style);
  add_checks(table, assessment, style, now);
  add_system(table, assessment, style, now);
  add_notes(table, assessment, style);
  const auto updates = updates_by_urgency(assessment);
  table += updates_table(updates, assessment.host, style);
  const auto hidden =
      std::count_if(updates.begin(), updates.end(), [](const Update* update) { return !is_security(*update); });
  if (style.only_security && hidden > 0)
    table += fmt::format("\nNot shown: {} other than security\n", counted(static_cast<int>(hidden), "update"));
  return table;
}

}  // namespace patchstate
