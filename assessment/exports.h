// SPDX-License-Identifier: Apache-2.0
// One assessment in the words of others. Each is a pure function; none decides anything (verdict.h has decided).
#pragma once

#include <string>

#include "assessment/assessment.h"

namespace patchstate {

struct TableStyle {
  int width = 80;      ///< columns; lines are fitted to it, names are never cut
  bool color = false;  ///< ANSI colours
  bool only_security = false;
};

/// For a tired human: the verdict first, in one line and in words; counts; reboot; metadata age; then the updates.
std::string to_table(const Assessment& assessment, const TableStyle& style, Time now);
/// Shape of Azure's "Assess Patches" result (VirtualMachineAssessPatchesResult, availablePatches[]).
std::string to_azure(const Assessment& assessment);
/// OCSF 1.x JSON lines: patch_state (5004), then one vulnerability_finding (2002) for each advisory or CVE.
std::string to_ocsf(const Assessment& assessment);
/// OpenMetrics 1.0 text, ends with "# EOF".
std::string to_openmetrics(const Assessment& assessment, Time now);
/// One line for monitoring plugins: "PATCHSTATE CRITICAL - … | security=79;;0;0 …".
std::string to_nagios(const Assessment& assessment, bool strict_updates);
/// RFC 4180 with a header line. The first record is the verdict, each failed source has one too, then one for each
/// update, so that no update never reads as none pending; cells that a spreadsheet would run as a formula are prefixed
/// with an apostrophe.
std::string to_csv(const Assessment& assessment);

/// Exit code of `patchstate check`: 0 compliant, 1 only other updates pending (strict only), 2 noncompliant, 3 unknown.
int exit_code(const Assessment& assessment, bool strict_updates);

}  // namespace patchstate
