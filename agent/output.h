// SPDX-License-Identifier: Apache-2.0
// What a command says, and that it really arrived.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

/// 3 is "unknown" to a monitoring system: whatever goes wrong must never read as "compliant".
inline constexpr int kExitUnknown = 3;

enum class Format { table, json, azure, ocsf, openmetrics, nagios, csv };
enum class Destination { standard_output, file };

struct RenderOptions {
  Format format = Format::table;
  Destination destination = Destination::standard_output;  ///< a file gets no colours
  bool only_security = false;
  bool strict_updates = false;
};
std::string render(const Assessment& assessment, const RenderOptions& options, Time now);

/// Throws std::system_error when not all of it could be written: closed, full, nobody reads.
void print(std::string_view text);

/// "patchstate: MESSAGE" on stderr; the exit code for it.
int complain(std::string_view message);

}  // namespace patchstate
