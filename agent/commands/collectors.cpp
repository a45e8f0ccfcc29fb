// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/core.h>

#include "agent/commands/commands.h"

namespace patchstate {
namespace {

std::string_view use_of(const CollectorChoice& choice, const Config& config) {
  const auto& named = config.collectors;
  const bool off = !named.empty() && std::find(named.begin(), named.end(), choice.source) == named.end();
  if (off) return "switched off";
  return choice.fits ? "used" : "does not fit";
}

}  // namespace

int run(const CollectorsCommand& command) {
  SystemProcessRunner runner;
  auto options = command.machine;
  options.cache = CacheUse::none;  // nothing is asked, so nothing is kept
  const auto opened = open_machine(options, runner);
  if (!opened.machine) return complain(opened.problem);
  bool any_used = false;
  std::string text;
  for (const auto& choice : opened.machine->choices) {
    const auto use = use_of(choice, opened.machine->config);
    any_used = any_used || use == "used";
    text += fmt::format("{:<16} {:<13} {}\n", choice.source, use, choice.reason);
  }
  print(text);
  return any_used ? 0 : kExitUnknown;
}

}  // namespace patchstate
