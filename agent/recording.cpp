// SPDX-License-Identifier: Apache-2.0
#include "agent/recording.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "agent/assess.h"
#include "platform/files.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// A program is the same program wherever it is installed.
bool is_same(const std::vector<std::string>& recorded, const std::vector<std::string>& asked, const fs::path& root) {
  if (recorded.size() != asked.size() || asked.empty()) return false;
  if (fs::path(recorded[0]).filename() != fs::path(asked[0]).filename()) return false;
  return std::equal(recorded.begin() + 1, recorded.end(), asked.begin() + 1, [&](const auto& left, const auto& right) {
    return replace_all(left, kRecordedRoot, root.string()) == right;
  });
}

/// As large as the index was, and ending as it did. Sparse: hundreds of megabytes of indexes take no place.
void write_placeholder(const fs::path& path, const RecordedFile& index) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  if (index.size > 0) {
    out.seekp(static_cast<std::streamoff>(index.size - 1));
    out.put(index.ends_with_newline ? '\n' : '\0');
  }
  if (!out.flush()) throw std::system_error(std::make_error_code(std::errc::io_error), path.string());
}

}  // namespace

ProcessResult RecordingRunner::run(const Command& command) {
  auto result = runner_.run(command);
  commands_.push_back({command.argv, result});
  return result;
}

ProcessResult RecordedAnswers::run(const Command& command) {
  for (const auto& [argv, result] : recording_.commands) {
    if (!is_same(argv, command.argv, root_)) continue;
    auto answer = result;
    answer.out = replace_all(std::move(answer.out), kRecordedRoot, root_.string());
    answer.err = replace_all(std::move(answer.err), kRecordedRoot, root_.string());
    return answer;
  }
  ProcessResult missing;
  missing.start_error = ENOENT;
  return missing;
}

RecordedRoot::RecordedRoot(const Recording& recording, const fs::path& folder)
    : path_(fs::canonical(fs::temp_directory_path()) / ("patchstate-recording-" + random_uuid())) {
  fs::create_directories(path_);
  if (fs::exists(folder / "root")) fs::copy(folder / "root", path_, fs::copy_options::recursive);
  for (const auto& file : recording.files) {
    if (file.kind == RecordedFile::Kind::folder) fs::create_directories(below(path_, file.path));
    if (file.kind == RecordedFile::Kind::index) write_placeholder(below(path_, file.path), file);
  }
  // Last, since making a file touches its folder.
  for (const auto& file : recording.files) {
    const auto time = std::chrono::file_clock::from_sys(file.modified);
    fs::last_write_time(below(path_, file.path), std::chrono::time_point_cast<fs::file_time_type::duration>(time));
  }
}

RecordedRoot::~RecordedRoot() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Assessment replay(const Recording& recording, const RecordedRoot& root) {
  RecordedAnswers runner(recording, root.path());
  const HostAccess access{runner, root.path(), {}, recording.now};
  const auto choices = choose_collectors(access);
  Config config;
  config.cloud = CloudLookup::off;
  const auto whole = assess_host({access, choices, config});
  // Only what the collectors said: the rest tells of the machine that replays, or is another each time.
  Assessment assessment;
  assessment.sources = whole.sources;
  for (auto& source : assessment.sources) source.duration = {};
  return assessment;
}

}  // namespace patchstate
