// SPDX-License-Identifier: Apache-2.0
// Why dnf, tdnf or yum gave no answer, and what to do about it.
#pragma once

#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "platform/process_runner.h"

namespace patchstate::dnf {

/// From the tool's own sentence ("Error: Failed to download metadata for repo 'baseos': …"): its kind, and what to do.
/// `code` is the tool's exit code or the name of its exception.
CollectorError dnf_failure(std::string_view tool, std::string_view text, const std::string& code);

/// Of a command that ended as it must not: not started, killed, late, an exit code that is not one of its answers.
CollectorError no_answer(const Command& command, const ProcessResult& result);

}  // namespace patchstate::dnf
