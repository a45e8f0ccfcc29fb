// SPDX-License-Identifier: Apache-2.0
#include "agent/command_line.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "agent/commands/commands.h"
#include "agent/duration.h"
#include "agent/send_program.h"
#include "agent/system_commands.h"
#include "agent/version.h"
#include "collectors/collector.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kStoredFormats = 2;  // what `status` takes: the first of them

constexpr std::array kSendCommands{
    std::pair{"send", "Send what waits, or the last result, to the hub"},
    std::pair{"enroll", "Get this machine's key from the hub, with a token"},
    std::pair{"doctor", "Check everything that reporting needs, with a remedy for each fault"},
};

constexpr const char* kVerdictExitCodes =
    "Exit code: 0 compliant, 1 only other updates are pending (with --strict-updates),\n"
    "2 security or critical updates are pending, 3 unknown or an error.";

[[noreturn]] void reject(const std::string& option, std::string_view expected, std::string_view given) {
  throw CLI::ValidationError(option, fmt::format("expected {}, not \"{}\"", expected, given));
}

void add_config(CLI::App& app, std::optional<std::filesystem::path>& file) {
  app.add_option_function<std::string>(
         "--config", [&file](const std::string& name) { file = name; },
         "configuration file, instead of " + default_config_file().string())
      ->type_name("FILE");
}

void add_root(CLI::App& app, std::filesystem::path& root) {
  app.add_option_function<std::string>(
         "--root", [&root](const std::string& name) { root = name; },
         "look at the system in DIR instead of the running one")
      ->type_name("DIR");
}

void add_format(CLI::App& app, Format& format, std::size_t count) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(kFormats[i].first);
  const auto choice = fmt::format("{}", fmt::join(names, ", "));
  app.add_option_function<std::string>(
         "--format",
         [&format, count, choice](const std::string& text) {
           for (std::size_t i = 0; i < count; ++i)
             if (text == kFormats[i].first) {
               format = kFormats[i].second;
               return;
             }
           reject("--format", choice, text);
         },
         choice + "; default table")
      ->type_name("FORMAT");
}

void add_strict(CLI::App& app, RenderOptions& render) {
  app.add_flag("--strict-updates", render.strict_updates,
               "exit code 1 when only other than security updates are pending");
}

void add_refresh(CLI::App& app, MachineOptions& machine) {
  app.add_option_function<std::vector<std::string>>(
         "--refresh",
         [&machine](const std::vector<std::string>& words) {
           machine.refresh = fmt::format("{}", fmt::join(words, " "));
         },
         fmt::format("have the system fetch its package metadata first: {}; default never", kRefreshForm))
      ->type_name("WHEN")
      ->expected(1, 2);
}

void add_max_metadata_age(CLI::App& app, MachineOptions& machine) {
  app.add_option_function<std::string>(
         "--max-metadata-age",
         [&machine](const std::string& text) {
           machine.max_metadata_age = parse_duration(text);
           if (!machine.max_metadata_age) reject("--max-metadata-age", kDurationForm, text);
         },
         fmt::format("metadata checked longer ago proves nothing: {}; default 48h", kDurationForm))
      ->type_name("DURATION");
}

/// Where there is a collector that knows what to do with it.
void add_offline_cab(CLI::App& app, std::filesystem::path& offline_cab) {
  const auto names = collector_names();
  if (std::find(names.begin(), names.end(), "windows_update") == names.end()) return;
  app.add_option_function<std::string>(
         "--offline-cab",
         [&offline_cab](const std::string& name) {
           offline_cab = std::filesystem::path(std::u8string(name.begin(), name.end()));
         },
         "ask a signed wsusscn2.cab on a local disk, which has security updates only, instead of the update service")
      ->type_name("FILE");
}

struct Commands {
  CheckCommand check;
  StatusCommand status;
  CollectorsCommand collectors;
  AssessCommand assess;
  SettingsCommand settings;
  RecordCommand record;
};

void add_check(CLI::App& app, CheckCommand& command) {
  auto& check = *app.add_subcommand("check", "Assess this machine now and show the result");
  add_format(check, command.render.format, kFormats.size());
  check
      .add_option_function<std::string>(
          "--output", [&command](const std::string& name) { command.output = name; },
          "write to FILE, whole or not at all, instead of standard output")
      ->type_name("FILE");
  add_root(check, command.machine.root);
  add_refresh(check, command.machine);
  add_max_metadata_age(check, command.machine);
  add_offline_cab(check, command.machine.offline_cab);
  check.add_flag("--only-security", command.render.only_security, "list no updates that are known not to be security");
  add_strict(check, command.render);
  add_config(check, command.machine.config_file);
  check.footer(kVerdictExitCodes);
}

void add_others(CLI::App& app, Commands& commands) {
  auto& status = *app.add_subcommand("status", "Show the last result again, judged by today's clock");
  add_format(status, commands.status.render.format, kStoredFormats);
  add_strict(status, commands.status.render);
  add_config(status, commands.status.config_file);
  status.footer(kVerdictExitCodes);

  auto& collectors = *app.add_subcommand("collectors", "List the sources of updates and whether they fit this machine");
  add_root(collectors, commands.collectors.machine.root);
  add_config(collectors, commands.collectors.machine.config_file);
  collectors.footer("Exit code: 0 at least one is used, 3 none is, or an error.");

  auto& assess = *app.add_subcommand("assess", "Assess this machine and store the result, as the service does");
  add_refresh(assess, commands.assess.machine);
  add_config(assess, commands.assess.machine.config_file);
  assess.footer("Exit code: 0 stored, or another one is at it; 3 an error.");

  auto& settings = *app.add_subcommand("settings", "Print what the service takes from the configuration");
  add_config(settings, commands.settings.config_file);
  settings.footer("Exit code: 0 printed, 3 an error.");

  auto& record =
      *app.add_subcommand("record", "Record what this machine's tools say as a test case, without its names");
  record
      .add_option_function<std::string>(
          "DIR", [&commands](const std::string& name) { commands.record.folder = name; }, "new or empty folder")
      ->type_name("")
      ->required();
  add_root(record, commands.record.machine.root);
  add_config(record, commands.record.machine.config_file);
  record.footer("Exit code: 0 recorded, 3 an error.");

  app.add_subcommand("schema", "Print the JSON Schema of an assessment");
  for (const auto& [name, description] : kSendCommands) app.add_subcommand(name, description);
}

int dispatch(const CLI::App& app, const Commands& commands, const SystemCommands& run_system_command) {
  if (app.got_subcommand("check")) return run(commands.check);
  if (app.got_subcommand("status")) return run(commands.status);
  if (app.got_subcommand("collectors")) return run(commands.collectors);
  if (app.got_subcommand("assess")) return run(commands.assess);
  if (app.got_subcommand("settings")) return run(commands.settings);
  if (app.got_subcommand("record")) return run(commands.record);
  if (app.got_subcommand("schema")) return run(SchemaCommand{});
  if (const auto code = run_system_command()) return *code;
  fmt::print(stderr, "{}", app.help());
  return kExitUnknown;
}

bool is_send_command(std::string_view word) {
  return std::any_of(kSendCommands.begin(), kSendCommands.end(),
                     [&](const auto& command) { return command.first == word; });
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments) {
  const auto words = std::span(arguments).subspan(std::min<std::size_t>(arguments.size(), 1));
  if (!words.empty() && is_send_command(words[0])) return run_send_program(words);
  if (const auto code = answer_tool(words)) return *code;
  CLI::App app("Which security and critical updates is this machine missing?", "patchstate");
  Commands commands;
  app.set_version_flag("--version", fmt::format("patchstate {}", agent_version()));
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(32);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  add_check(app, commands.check);
  add_others(app, commands);
  const auto run_system_command = add_system_commands(app);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants the last one first
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const bool is_answer = app.exit(error, out, err) == 0;  // --help and --version come this way too
    print(out.str());
    if (!is_answer) complain(err.str().substr(0, err.str().find_last_not_of('\n') + 1));
    return is_answer ? 0 : kExitUnknown;
  }
  return dispatch(app, commands, run_system_command);
}

}  // namespace patchstate
