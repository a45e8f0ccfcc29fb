// SPDX-License-Identifier: Apache-2.0
// Answers of the probe that tests start from, and the corpus of what others recorded.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "collectors/windows_update/windows_update_output.h"

namespace patchstate::test {

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string recorded_answer(const std::string& name) {
  return content(std::filesystem::path(PATCHSTATE_SOURCE_DIR) / "tests/collectors/windows_update/recordings" / name);
}

inline windows_update::Snapshot recorded_snapshot(const std::string& name) {
  return windows_update::parse_probe_output(recorded_answer(name));
}

inline std::filesystem::path corpus() {
  const char* const given = std::getenv("PATCHSTATE_CORPUS");
  return given != nullptr ? std::filesystem::path(given)
                          : std::filesystem::path(PATCHSTATE_SOURCE_DIR) / "../shared/corpus";
}

}  // namespace patchstate::test
