// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <fmt/core.h>

#include "agent/commands/commands.h"
#include "agent/kept_host_id.h"
#include "platform/hash.h"
#include "platform/machine.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kSeedDigits = 16;

/// Something of this host alone that tells nobody which host it is.
std::string seed() {
  auto id = host_id("/");
  if (id.empty()) id = kept_host_id();
  if (id.empty()) id = hostname("/");
  return sha256_hex("schedule " + id).substr(0, kSeedDigits);
}

}  // namespace

int run(const SettingsCommand& command) {
  SystemProcessRunner runner;
  MachineOptions options;
  options.config_file = command.config_file;
  options.cache = CacheUse::none;  // nothing is asked, so nothing is kept
  const auto opened = open_machine(options, runner);
  if (!opened.machine) return complain(opened.problem);
  const auto& config = opened.machine->config;
  std::string text = fmt::format("interval={}\nstart_delay={}\nsettle={}\nhub={}\nseed={}\n",
                                 config.report.interval.count(), config.service.start_delay.count(),
                                 config.service.settle.count(), queues_of(config).empty() ? "no" : "yes", seed());
  const auto watch = [&text](const std::filesystem::path& path) { text += fmt::format("watch={}\n", path.string()); };
  watch(std::filesystem::absolute(command.config_file.value_or(default_config_file())));
  for (const auto& choice : opened.machine->choices)
    for (const auto& path : choice.watched) watch(path);
  print(text);
  return 0;
}

}  // namespace patchstate
