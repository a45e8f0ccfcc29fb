// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/core.h>

#include "agent/commands/commands.h"
#include "agent/recorded_files.h"
#include "agent/recording_json.h"
#include "agent/redaction.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

Redaction redaction_for(const fs::path& root, const std::vector<FileToRecord>& files,
                        const std::vector<RecordedCommand>& commands) {
  Redaction redaction({hostname(root), machine_id(root), host_id(root)});
  for (const auto& file : files) redaction.learn(file.content);
  for (const auto& command : commands) {
    redaction.learn(command.result.out);
    redaction.learn(command.result.err);
  }
  return redaction;
}

std::vector<RecordedFile> write_files(const fs::path& folder, const std::vector<FileToRecord>& files,
                                      const Redaction& redaction) {
  std::vector<RecordedFile> written;
  for (const auto& [file, content] : files) {
    auto renamed = file;
    renamed.path = redaction.apply(file.path);
    written.push_back(renamed);
    if (file.kind != RecordedFile::Kind::file) continue;
    const auto path = below(folder / "root", renamed.path);
    fs::create_directories(path.parent_path());
    write_atomically(path, redaction.apply(content));
  }
  return written;
}

std::vector<RecordedCommand> redacted(const std::vector<RecordedCommand>& commands, const fs::path& root,
                                      const Redaction& redaction) {
  std::vector<RecordedCommand> all;
  for (auto command : commands) {
    command.argv[0] = fs::path(command.argv[0]).filename().string();  // where it is installed says nothing
    for (auto& argument : command.argv) {
      const auto moved = with_recorded_root(argument, root);
      argument = moved.find("://") == std::string::npos ? redaction.without_names(moved) : redaction.apply(moved);
    }
    command.result.out = redaction.apply(with_recorded_root(command.result.out, root));
    command.result.err = redaction.apply(with_recorded_root(command.result.err, root));
    all.push_back(std::move(command));
  }
  return all;
}

/// What a source said, without times and texts.
std::string outline(const SourceReport& source) {
  const auto* const findings = std::get_if<Findings>(&source.outcome);
  if (findings == nullptr) return "a failure";
  std::string text = fmt::format("{} updates", findings->updates.size());
  for (const auto& one : findings->metadata.repositories) text += fmt::format(", repository {}", to_text(one.state));
  return text;
}

/// Whether the replay says about each source what the machine said: else something that matters was not recorded.
std::string difference(const Assessment& machine, const Assessment& replayed) {
  if (machine.sources.size() != replayed.sources.size()) return "another number of sources";
  for (std::size_t i = 0; i < machine.sources.size(); ++i) {
    const auto there = outline(machine.sources[i]);
    const auto here = outline(replayed.sources[i]);
    if (there != here) return fmt::format("{}: {}; not {}", machine.sources[i].name, here, there);
  }
  return {};
}

}  // namespace

int run(const RecordCommand& command) {
  if (fs::exists(command.folder) && !fs::is_empty(command.folder))
    return complain(fmt::format("{} is not empty; a recording needs a folder of its own", command.folder.string()));
  SystemProcessRunner system;
  RecordingRunner runner(system);
  auto options = command.machine;
  options.cache = CacheUse::none;  // else the tools would not be asked
  options.refresh = "never";
  const auto opened = open_machine(options, runner);
  if (!opened.machine) return complain(opened.problem);
  const auto& access = opened.machine->access;
  const auto assessment = assess_machine(*opened.machine);

  const auto files = files_to_record(access.root);
  const auto redaction = redaction_for(access.root, files, runner.commands());
  Recording recording{access.now, redacted(runner.commands(), access.root, redaction), {}};
  fs::create_directories(command.folder);
  recording.files = write_files(command.folder, files, redaction);
  write_recording(command.folder, recording);
  const auto replayed = replay(recording, RecordedRoot(recording, command.folder));
  write_atomically(command.folder / "expected.json", to_json(replayed, JsonStyle::indented));

  if (const auto what = difference(assessment, replayed); !what.empty())
    return complain(
        fmt::format("{} is recorded, but replaying it gives something else ({})", command.folder.string(), what));
  print(fmt::format("recorded {} commands and {} files in {}; read them before you give them away\n",
                    recording.commands.size(), recording.files.size(), command.folder.string()));
  return 0;
}

}  // namespace patchstate
