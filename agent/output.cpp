// SPDX-License-Identifier: Apache-2.0
#include "agent/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "platform/process_runner.h"
#include "platform/terminal.h"

namespace patchstate {
namespace {

bool wants_color() {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (is_set("NO_COLOR") || !is_set("TERM") || !is_terminal(Stream::out)) return false;
  return std::string_view(std::getenv("TERM")) != "dumb";
}

/// Leaves out what is known not to be security. The verdict and its reasons stay what they are.
Assessment security_only(Assessment assessment) {
  const auto is_other = [](const Update& update) { return !is_security(update) && !is_unclassified(update); };
  for (auto& source : assessment.sources)
    if (auto* findings = std::get_if<Findings>(&source.outcome)) std::erase_if(findings->updates, is_other);
  return assessment;
}

std::string table(const Assessment& assessment, const RenderOptions& options, Time now) {
  TableStyle style;
  style.only_security = options.only_security;
  if (options.medium == Medium::standard_output) {
    style.width = terminal_width();
    style.color = wants_color();
  }
  return to_table(assessment, style, now);
}

void print_to(std::FILE* output, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), output) == text.size() && std::fflush(output) == 0;
  if (!written) throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  for (const auto& [text, format] : kFormats)
    if (name == text) return format;
  return std::nullopt;
}

std::string render(const Assessment& assessment, const RenderOptions& options, Time now) {
  // Counts (metrics, monitoring) are of everything; lists show what was asked for.
  switch (options.format) {
    case Format::table:
      return table(assessment, options, now);
    case Format::openmetrics:
      return to_openmetrics(assessment, now);
    case Format::nagios:
      return to_nagios(assessment, options.strict_updates);
    default:
      break;
  }
  if (options.only_security) {
    auto all = options;
    all.only_security = false;
    return render(security_only(assessment), all, now);
  }
  switch (options.format) {
    case Format::azure:
      return to_azure(assessment);
    case Format::ocsf:
      return to_ocsf(assessment);
    case Format::csv:
      return to_csv(assessment);
    default:
      return to_json(assessment, JsonStyle::indented);
  }
}

void print(std::string_view text) {
  print_to(stdout, text);
}

void print_report(std::string_view text) {
  static std::FILE* const output = shared_output();
  if (output == nullptr) throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
  print_to(output, text);
}

int complain(std::string_view message) {
  fmt::print(stderr, "patchstate: {}\n", message);
  return kExitUnknown;
}

}  // namespace patchstate
