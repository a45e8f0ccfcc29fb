// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/apt/apt_snapshot.h"

namespace patchstate::apt {

/// Reads what patchstate-apt-probe prints. Throws CollectorError: `unparseable` for anything that is not a whole,
/// well-typed snapshot (a cut text is malformed JSON, so it can't read as fewer updates), `tool_failed` with apt's own
/// sentences when the probe says that apt could not answer.
Snapshot parse_probe_output(std::string_view text);

}  // namespace patchstate::apt
