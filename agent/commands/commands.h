// SPDX-License-Identifier: Apache-2.0
// What each command of the command line does. Each returns the exit code of the program.
#pragma once

#include <filesystem>
#include <optional>

#include "agent/machine.h"
#include "agent/output.h"

namespace patchstate {

struct CheckCommand {
  MachineOptions machine;
  RenderOptions render;
  std::optional<std::filesystem::path> output;
};
/// Assesses and shows. Exit code: the verdict, as monitoring plugins say it.
int run(const CheckCommand& command);

struct StatusCommand {
  RenderOptions render;
  std::optional<std::filesystem::path> config_file;
};
/// Shows the stored assessment, judged anew: what was proof yesterday may be too old today.
int run(const StatusCommand& command);

struct CollectorsCommand {
  MachineOptions machine;
};
int run(const CollectorsCommand& command);

struct AssessCommand {
  MachineOptions machine;
};
/// Assesses and stores. Exit code 0 when it is stored, whatever the verdict.
int run(const AssessCommand& command);

struct SettingsCommand {
  std::optional<std::filesystem::path> config_file;
};
/// What the resident program needs of the configuration, which it does not read itself: lines of key=value.
int run(const SettingsCommand& command);

struct RecordCommand {
  MachineOptions machine;
  std::filesystem::path folder;
};
int run(const RecordCommand& command);

struct SchemaCommand {};
int run(const SchemaCommand& command);

}  // namespace patchstate
