// SPDX-License-Identifier: Apache-2.0
// How a run of zypper ended, and what that says about its answer. Exit codes: zypper(8), EXIT CODES; measured ones in
// the table of zypper_ending.cpp.
#pragma once

#include "collectors/collector.h"
#include "collectors/zypper/zypper_answer.h"
#include "platform/process_runner.h"

namespace patchstate::zypper {

/// What an answer that may be used says beside its list.
struct Remarks {
  bool has_skipped_repositories = false;  ///< 106: some could not be asked, the list may lack updates
  bool reboot_suggested = false;          ///< 102
  bool update_stack_first = false;        ///< 103
};

/// Throws CollectorError where there is no answer: exit codes of failures and unknown ones, no repository at all,
/// killed, late, output that is broken or has no list.
Remarks check_ending(const Command& command, const ProcessResult& result, const Answer& answer);

/// The same for commands that print no list (refresh, patch-check, needs-rebooting).
Remarks check_exit_code(const Command& command, const ProcessResult& result, const Answer& answer);

}  // namespace patchstate::zypper
