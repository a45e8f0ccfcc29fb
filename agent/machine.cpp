// SPDX-License-Identifier: Apache-2.0
#include "agent/machine.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "agent/assess.h"
#include "agent/last_assessment.h"
#include "agent/progress.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& root, std::string_view path) {
  return stamp(resolve_in_root(root, path)).size >= 0;
}

/// Whether anything at all can be said about the system below `root`; the reason why not, else empty.
std::string root_problem(const fs::path& root, const std::vector<CollectorChoice>& choices) {
  const bool any_fits = std::any_of(choices.begin(), choices.end(), [](const auto& choice) { return choice.fits; });
  if (any_fits || is_there(root, "/etc/os-release") || is_there(root, "/usr/lib/os-release")) return {};
  return fmt::format("--root {}: this does not look like a system: it has neither an os-release nor a package database",
                     root.string());
}

std::string apply(const MachineOptions& options, Machine& machine) {
  auto& config = machine.config;
  if (options.max_metadata_age) config.policy.max_metadata_age = *options.max_metadata_age;
  if (!options.refresh) return {};
  const auto refresh = parse_refresh(*options.refresh, config.refresh);
  if (!refresh) return fmt::format("--refresh: expected {}, not \"{}\"", kRefreshForm, *options.refresh);
  if (refresh->mode != RefreshMode::never && !machine.is_running_system())
    return "--refresh: the metadata of another --root is not fetched; that would change it";
  config.refresh = *refresh;
  return {};
}

/// A stored assessment that can't be read only costs firstSeen.
std::optional<Assessment> previous_assessment() {
  try {
    return read_last_assessment();
  } catch (const std::system_error&) {
    return std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace

ConfigResult load_config(const std::optional<fs::path>& named) {
  return load_config(named, collector_names());
}

Time current_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

MachineResult open_machine(const MachineOptions& options, ProcessRunner& runner) {
  std::error_code error;
  // "/" is the running system, also where the root of its files has another name (C:\).
  const auto root = options.root == "/" ? options.root : fs::canonical(options.root, error);
  if (error) return {{}, fmt::format("--root {}: {}", options.root.string(), error.message())};
  if (!fs::is_directory(root)) return {{}, fmt::format("--root {}: not a folder", root.string())};

  const auto cache = options.cache == CacheUse::own ? cache_folder_for(root) : fs::path{};
  Machine machine{{runner, root, cache, current_time()}, {}, {}};
  machine.choices = choose_collectors(machine.access);
  auto loaded = load_config(options.config_file, collector_names());
  if (!loaded.errors.empty()) return {{}, fmt::format("{}", fmt::join(loaded.errors, "\n"))};
  machine.config = std::move(loaded.config);
  if (auto problem = apply(options, machine); !problem.empty()) return {{}, std::move(problem)};
  if (!machine.is_running_system())
    if (auto problem = root_problem(root, machine.choices); !problem.empty()) return {{}, std::move(problem)};
  return {std::move(machine), {}};
}

Assessment assess_machine(const Machine& machine) {
  Progress progress;
  AssessOptions options{machine.access, machine.choices, machine.config};
  options.cache = FindingsCache(machine.access.cache);
  options.on_step = [&progress](std::string_view what) { progress.step(what); };
  if (machine.is_running_system()) {
    options.previous = previous_assessment;
    options.refresh = [&machine] { return refresh_metadata(machine.access, machine.config.refresh.deadline); };
  }
  return assess_host(options);
}

}  // namespace patchstate
