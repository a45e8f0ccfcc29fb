// SPDX-License-Identifier: Apache-2.0
// Files for spreadsheets (RFC 4180).
#pragma once

#include <string>
#include <vector>

namespace patchstate {

/// With its line end. A cell that a spreadsheet would run as a formula is prefixed with an apostrophe.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace patchstate
