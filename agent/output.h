// SPDX-License-Identifier: Apache-2.0
// What a command says, and that it really arrived.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "assessment/assessment.h"

namespace patchstate {

/// 3 is "unknown" to a monitoring system: whatever goes wrong must never read as "compliant".
inline constexpr int kExitUnknown = 3;

enum class Format { table, json, azure, ocsf, openmetrics, nagios, csv };
inline constexpr std::array kFormats{
    std::pair{"table", Format::table},   std::pair{"json", Format::json}, std::pair{"azure", Format::azure},
    std::pair{"ocsf", Format::ocsf},     std::pair{"csv", Format::csv},   std::pair{"openmetrics", Format::openmetrics},
    std::pair{"nagios", Format::nagios},
};
inline constexpr std::string_view kFormatForm = "table, json, azure, ocsf, csv, openmetrics or nagios";
std::optional<Format> parse_format(std::string_view name);
enum class Medium { standard_output, file };

struct RenderOptions {
  Format format = Format::table;
  Medium medium = Medium::standard_output;  ///< a file gets no colours
  bool only_security = false;
  bool strict_updates = false;
};
std::string render(const Assessment& assessment, const RenderOptions& options, Time now);

/// Throws std::system_error when not all of it could be written: closed, full, nobody reads.
void print(std::string_view text);

/// A report whose destination is standard output; the service's, when that sends it. Throws as `print`.
void print_report(std::string_view text);

/// "patchstate: MESSAGE" on stderr; the exit code for it.
int complain(std::string_view message);

}  // namespace patchstate
