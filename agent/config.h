// SPDX-License-Identifier: Apache-2.0
// The configuration file, patchstate.toml(5).
#pragma once

#include <chrono>
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

/// Where reports go, and how they get there.
struct Reporting {
  std::string hub;  ///< "https://hub.example.org"; empty: nowhere
  std::chrono::seconds interval = std::chrono::hours{6};
  std::filesystem::path ca;        ///< empty: the system's
  std::filesystem::path key_file;  ///< empty: `host-key` in the state folder
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  std::string proxy;       ///< "http://proxy.example.org:3128"; empty: as the environment says
  std::string pinned_key;  ///< "sha256//…" of the hub's public key, beside the CA; empty: any key that a CA vouches for
};

/// How the resident program goes about it.
struct Service {
  std::chrono::seconds start_delay = std::chrono::minutes{2};  ///< the first run comes within it
  std::chrono::seconds settle{10};                             ///< quiet after a change of files, before a run
  std::filesystem::path metrics_file;                          ///< where `assess` writes OpenMetrics; empty: nowhere
};

struct Config {
  std::vector<std::string> collectors;  ///< empty: every one that fits
  Policy policy;
  RefreshPolicy refresh;
  CloudLookup cloud = CloudLookup::on;
  Reporting report;
  Service service;
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
