// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_json.h"

#include <array>
#include <optional>
#include <stdexcept>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMaxOutput = 64U << 20U;
constexpr std::uint64_t kMaxIndex = 4ULL << 30U;

constexpr std::array kEndings{
    std::pair{Ending::failed_to_start, "failed_to_start"},
    std::pair{Ending::exited, "exited"},
    std::pair{Ending::signalled, "signalled"},
    std::pair{Ending::timed_out, "timed_out"},
    std::pair{Ending::too_much_output, "too_much_output"},
};

std::string_view to_text(Ending ending) {
  for (const auto& [value, text] : kEndings)
    if (value == ending) return text;
  return "failed_to_start";
}

Ending ending_from(const std::string& text) {
  for (const auto& [value, name] : kEndings)
    if (text == name) return value;
  throw std::invalid_argument("commands.json: no such ending: " + text);
}

Time time_from(const std::string& text) {
  const auto time = parse_time(text);
  if (!time) throw std::invalid_argument("commands.json: not a time: " + text);
  return *time;
}

std::string output_name(std::size_t number, std::string_view stream) {
  return fmt::format("commands/{:02}.{}", number, stream);
}

ordered_json to_json(const RecordedCommand& command, std::size_t number) {
  const auto& result = command.result;
  return {{"argv", command.argv},
          {"ending", to_text(result.ending)},
          {"exitCode", result.exit_code},
          {"signal", result.signal},
          {"startError", result.start_error},
          {"stdout", output_name(number, "out")},
          {"stderr", output_name(number, "err")}};
}

RecordedCommand command_from(const ordered_json& json, const fs::path& folder) {
  RecordedCommand command;
  command.argv = json.at("argv").get<std::vector<std::string>>();
  auto& result = command.result;
  result.ending = ending_from(json.at("ending").get<std::string>());
  result.exit_code = json.at("exitCode").get<int>();
  result.signal = json.at("signal").get<int>();
  result.start_error = json.at("startError").get<int>();
  result.out = read_file(folder / json.at("stdout").get<std::string>(), kMaxOutput);
  result.err = read_file(folder / json.at("stderr").get<std::string>(), kMaxOutput);
  return command;
}

ordered_json to_json(const RecordedFile& file) {
  ordered_json json = {{"path", file.path}, {"modified", format_time(file.modified)}};
  if (file.kind == RecordedFile::Kind::index) {
    json["size"] = file.size;
    json["endsWithNewline"] = file.ends_with_newline;
  }
  return json;
}

RecordedFile file_from(const ordered_json& json) {
  const auto path = json.at("path").get<std::string>();
  const auto kind = path.ends_with('/') ? RecordedFile::Kind::folder : RecordedFile::Kind::file;
  RecordedFile file{path, kind, time_from(json.at("modified").get<std::string>())};
  if (json.contains("size")) {
    file.kind = RecordedFile::Kind::index;
    file.size = json.at("size").get<std::uint64_t>();
    file.ends_with_newline = json.at("endsWithNewline").get<bool>();
    if (file.size > kMaxIndex) throw std::invalid_argument("commands.json: no index is that large: " + path);
  }
  return file;
}

}  // namespace

void write_recording(const fs::path& folder, const Recording& recording) {
  fs::create_directories(folder / "commands");
  ordered_json commands = ordered_json::array();
  for (const auto& command : recording.commands) {
    const auto number = commands.size() + 1;
    write_atomically(folder / output_name(number, "out"), command.result.out);
    write_atomically(folder / output_name(number, "err"), command.result.err);
    commands.push_back(to_json(command, number));
  }
  ordered_json files = ordered_json::array();
  for (const auto& file : recording.files) files.push_back(to_json(file));
  const ordered_json all = {{"now", format_time(recording.now)}, {"commands", commands}, {"files", files}};
  write_atomically(folder / "commands.json", all.dump(2) + "\n");
}

Recording read_recording(const fs::path& folder) {
  const auto text = read_file(folder / "commands.json");
  try {
    const auto json = ordered_json::parse(text);
    Recording recording;
    recording.now = time_from(json.at("now").get<std::string>());
    for (const auto& command : json.at("commands")) recording.commands.push_back(command_from(command, folder));
    for (const auto& file : json.at("files")) recording.files.push_back(file_from(file));
    return recording;
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(fmt::format("commands.json: {}", error.what()));
  }
}

}  // namespace patchstate
