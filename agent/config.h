// SPDX-License-Identifier: Apache-2.0
// The configuration file, patchstate.toml(5).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/refresh.h"
#include "assessment/verdict.h"

namespace patchstate {

enum class CloudLookup { off, on };

struct Config {
  std::vector<std::string> collectors;  ///< empty: every one that fits
  Policy policy;
  RefreshPolicy refresh;
  CloudLookup cloud = CloudLookup::on;
};

struct ConfigResult {
  Config config;
  std::vector<std::string> errors;  ///< "file:line:column: message"; when there are any, `config` must not be used
};

/// Total: a text that is not a configuration is a list of errors, never an exception.
ConfigResult parse_config(std::string_view text, std::string_view file_name,
                          std::span<const std::string> known_collectors);

/// Reads `named`, or else the default file, which may be absent. Throws std::system_error when the file can't be read.
ConfigResult load_config(const std::optional<std::filesystem::path>& named,
                         std::span<const std::string> known_collectors);

}  // namespace patchstate
