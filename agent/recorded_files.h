// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/recording.h"

namespace patchstate {

struct FileToRecord {
  RecordedFile file;
  std::string content;  ///< empty where the file is too large or binary: then only that it is there is recorded
};

/// The small files of the system below `root` that collectors read, by one list. What can't be read is left out.
std::vector<FileToRecord> files_to_record(const std::filesystem::path& root);

/// `text` with paths in `root` as the recording has them: "{root}/var/lib/apt/lists/…".
std::string with_recorded_root(std::string_view text, const std::filesystem::path& root);

}  // namespace patchstate
