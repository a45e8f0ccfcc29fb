// SPDX-License-Identifier: Apache-2.0
// A small machine as apt's commands tell of it, to be changed command by command.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "collectors/collector.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

namespace patchstate::apt::test {

/// Installed: bash 1 (2 in main), libc6:amd64 and libc6:i386 1 (2 in security, superseded by 3 in main), held 1 (2),
/// kept 1 (2, which apt does not take), phased 1 (2 at 20 %), pinned 1 (2 in security, hidden by a pin), fine 1, dpkg
/// 1, linux-image-6.1.0-1-amd64 and linux-image-amd64, whose update needs the new linux-image-6.1.0-2-amd64.
class RecordedApt {
 public:
  RecordedApt();

  /// Answers of the commands, by the word that tells them apart.
  std::map<std::string, ProcessResult> answers;
  /// All commands that ask_apt needs, in the order in which it asks.
  static std::vector<std::string> commands();

  HostAccess access();
  patchstate::test::ReplayRunner& runner() { return runner_; }
  const patchstate::test::TemporaryFolder& root() const { return root_; }

 private:
  patchstate::test::TemporaryFolder root_;
  patchstate::test::ReplayRunner runner_;
};

}  // namespace patchstate::apt::test
