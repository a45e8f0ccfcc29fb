// SPDX-License-Identifier: Apache-2.0
// The recordings of the repository: each folder of tests/recordings is one machine, as `patchstate record` wrote it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

#include "agent/recording.h"
#include "agent/recording_json.h"

namespace patchstate::test {

inline std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> folders;
  const auto all = std::filesystem::path(PATCHSTATE_SOURCE_DIR) / "tests/recordings";
  if (std::filesystem::exists(all))
    for (const auto& entry : std::filesystem::directory_iterator(all))
      if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// A recorded machine, ready to be replayed as it was or with something done to its commands.
struct RecordedMachine {
  explicit RecordedMachine(const std::filesystem::path& folder)
      : recording(read_recording(folder)), root(recording, folder) {}
  Recording recording;
  RecordedRoot root;
};

}  // namespace patchstate::test
