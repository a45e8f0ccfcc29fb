// SPDX-License-Identifier: Apache-2.0
// RFC 4180. The first record is the verdict and a failed source has a record of its own, so that a file without updates
// does not read as a machine without updates.
#include <vector>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"

namespace patchstate {
namespace {

constexpr std::string_view kHeader =
    "record,host,source,name,arch,installed_version,version,classifications,severity,vendor_severity,state,reason,"
    "evidence,reboot_behavior,repository,origin,kb_id,advisories,cves,published,first_seen,size_bytes,patch_id,"
    "purl\r\n";

/// What a spreadsheet would run as a formula is made text; full-width signs are normalised to plain ones by some.
std::string guarded(const std::string& text) {
  for (const std::string_view sign : {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"})
    if (text.starts_with(sign)) return "'" + text;
  return text;
}

std::string cell(const std::string& text) {
  std::string safe = guarded(clean_text(text, text.size() * 3));
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

template <class Item>
std::string joined(const std::vector<Item>& items, auto&& text_of) {
  std::string all;
  for (const auto& item : items) {
    if (!all.empty()) all += ' ';
    all += text_of(item);
  }
  return all;
}

void add_record(std::string& csv, std::vector<std::string> cells) {
  cells.resize(24);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) csv += ',';
    csv += cell(cells[i]);
  }
  csv += "\r\n";
}

std::string time_or_nothing(const std::optional<Time>& time) {
  return time ? format_time(*time) : std::string{};
}

std::vector<std::string> cells_of(const Update& update, const std::string& host, const std::string& source) {
  return {"update",
          host,
          source,
          update.name,
          update.arch,
          update.installed_version,
          update.version,
          joined(update.classifications, [](Classification value) { return to_text(value); }),
          std::string(to_text(update.severity)),
          update.vendor_severity,
          std::string(to_text(update.state)),
          update.state_reason,
          update.evidence,
          std::string(to_text(update.reboot_behavior)),
          update.repository,
          update.origin,
          update.kb_id,
          joined(update.advisories, [](const Advisory& advisory) { return advisory.id; }),
          joined(update.cves, [](const std::string& cve) { return cve; }),
          time_or_nothing(update.published),
          time_or_nothing(update.first_seen),
          update.size_bytes ? std::to_string(*update.size_bytes) : std::string{},
          update.patch_id,
          update.purl};
}

/// A record that says something of the host or a source: its state and why.
std::vector<std::string> statement(std::string_view record, const std::string& host, const std::string& source,
                                   std::string_view state, const std::string& reason) {
  std::vector<std::string> cells(12);
  cells[0] = record;
  cells[1] = host;
  cells[2] = source;
  cells[10] = state;
  cells[11] = reason;
  return cells;
}

}  // namespace

std::string to_csv(const Assessment& assessment) {
  std::string csv(kHeader);
  const std::string& host = assessment.host.hostname;
  std::string why;
  for (const auto& reason : assessment.verdict.reasons) why += (why.empty() ? "" : "; ") + reason.message;
  add_record(csv, statement("verdict", host, "", to_text(assessment.verdict.value), why));
  for (const auto& source : assessment.sources) {
    if (const auto* failure = std::get_if<Failure>(&source.outcome)) {
      add_record(csv, statement("failure", host, source.name, to_text(failure->kind), failure->message));
      continue;
    }
    for (const auto& update : std::get<Findings>(source.outcome).updates)
      add_record(csv, cells_of(update, host, source.name));
  }
  return csv;
}

}  // namespace patchstate
