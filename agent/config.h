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

#include "agent/output.h"
#include "agent/refresh.h"
#include "assessment/verdict.h"

namespace patchstate {

enum class CloudLookup { off, on };

/// Whether the CAs of a server's certificate must say that it was not revoked; best effort: when they can be asked.
enum class Revocation { best_effort, strict, off };

/// How an address is reached, whom it must be able to prove to be, and who we are to it.
struct Transport {
  std::filesystem::path ca;                  ///< this one alone; empty: the system's
  std::filesystem::path client_certificate;  ///< a file, or a place in the system's store (tls_library.h); empty: none
  std::filesystem::path client_key;          ///< none with a certificate of the store
  std::string proxy;                         ///< "http://proxy.example.org:3128"; empty: as the environment says
  std::string pinned_key;  ///< "sha256//…" of its public key, beside the CA; empty: any key that a CA vouches for
  Revocation revocation = Revocation::best_effort;  ///< where the TLS library asks at all
};

/// The hub that reports go to.
struct Reporting : Transport {
  std::string hub;  ///< "https://hub.example.org"; empty: there is none
  std::chrono::seconds interval = std::chrono::hours{6};
  std::filesystem::path key_file;  ///< empty: `host-key` in the state folder
};

/// A place beside the hub that gets the full reports, in a format of its own. One of the four says where.
struct Destination : Transport {
  std::string name;  ///< of its queue, too
  std::string url;
  std::filesystem::path folder;  ///< a file for each report
  std::filesystem::path file;    ///< always the last report
  bool standard_output = false;
  Format format = Format::json;
  std::filesystem::path headers_file;  ///< "Name: value" lines for the url, a secret; empty: none
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
  std::vector<Destination> destinations;
  Service service;
};

/// Where it leads, for a person: without what in a URL may be a secret.
std::string place_of(const Destination& destination);

/// Names of the queues of reports (spool.h): of the hub, if there is one, then of each destination.
std::vector<std::string> queues_of(const Config& config);

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
