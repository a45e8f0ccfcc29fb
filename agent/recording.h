// SPDX-License-Identifier: Apache-2.0
// A recording: everything the collectors saw of one machine, in a folder that is a test case.
//
//   commands.json   time, commands with argv and how they ended, files with their times
//   commands/       stdout and stderr of each command, as bytes
//   root/           the small files the collectors read; of indexes of packages commands.json has the size only
//   expected.json   what the collectors make of it: sources and patches of the assessment
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/collector.h"
#include "platform/process_runner.h"

namespace patchstate {

/// In a recording the root and the cache folder have these names, in arguments and in output.
inline constexpr std::string_view kRecordedRoot = "{root}";
inline constexpr std::string_view kRecordedCache = "{cache}";

struct RecordedCommand {
  std::vector<std::string> argv;
  ProcessResult result;
};

struct RecordedFile {
  std::string path;  ///< below the root, "/etc/apt/sources.list"
  enum class Kind { file, folder, index } kind = Kind::file;
  Time modified;  ///< neither git nor a copy keeps it, and collectors look at it
  /// Of an index of packages, whose content is not recorded: what collectors look at beside that it is there.
  std::uint64_t size = 0;
  bool ends_with_newline = false;
};

struct Recording {
  Time now;
  std::vector<RecordedCommand> commands;
  std::vector<RecordedFile> files;
};

/// Runs programs with another runner and writes down what they said.
class RecordingRunner final : public ProcessRunner {
 public:
  explicit RecordingRunner(ProcessRunner& runner) : runner_(runner) {}
  ProcessResult run(const Command& command) override;
  const std::vector<RecordedCommand>& commands() const { return commands_; }

 private:
  ProcessRunner& runner_;
  std::vector<RecordedCommand> commands_;
};

/// Answers with what was recorded. A command that was not recorded does not exist.
class RecordedAnswers final : public ProcessRunner {
 public:
  RecordedAnswers(const Recording& recording, std::filesystem::path root)
      : recording_(recording), root_(std::move(root)) {}
  ProcessResult run(const Command& command) override;

 private:
  const Recording& recording_;
  std::filesystem::path root_;
};

/// The recorded root as it was, times and empty folders too, in a temporary folder that goes with this object.
class RecordedRoot {
 public:
  RecordedRoot(const Recording& recording, const std::filesystem::path& folder);
  RecordedRoot(const RecordedRoot&) = delete;
  RecordedRoot& operator=(const RecordedRoot&) = delete;
  ~RecordedRoot();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What the collectors make of the recording today, in the form of expected.json.
Assessment replay(const Recording& recording, const RecordedRoot& root);

}  // namespace patchstate
