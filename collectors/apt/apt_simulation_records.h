// SPDX-License-Identifier: Apache-2.0
// The lines of `apt-get --simulate` that stand for a package each.
#pragma once

#include <string_view>

#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_simulation_output.h"

namespace patchstate::apt {

/// Begins with `Inst `, `Conf `, `Remv ` or `Purg `.
bool is_record(std::string_view line);
/// Reads the record a line consists of, or all of them where line ends were lost.
void read_records(std::string_view line, Simulation& simulation, NotUnderstood& rest);

}  // namespace patchstate::apt
