// SPDX-License-Identifier: Apache-2.0
// What a host sends, read and judged: from here on nothing in it is raw.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "assessment/verdict.h"

namespace patchstate {

/// Why a body is refused: what a problem document (RFC 9457) says of it.
struct Problem {
  int status = 400;
  std::string title;
  std::string detail;
  std::string pointer;  ///< JSON pointer (RFC 6901) to what is wrong; empty: the whole document
};

struct IngestLimits {
  std::size_t max_expanded = 32U << 20U;
  std::chrono::seconds default_interval = std::chrono::hours{6};
  Policy policy;
};

/// One update as it stands in the store: cleaned, cut to size.
struct ReportedUpdate {
  std::string source;
  std::string patch_id;
  std::string name;
  std::string version;
  std::string installed_version;
  std::string arch;
  std::string classification;  ///< the weightiest
  std::string severity;
  std::string state;
  std::string advisories;  ///< JSON array of ids
  std::string cves;        ///< JSON array
  std::string repository;
  std::string origin;
  bool security = false;
  Time first_seen{};
  // Stable hashes of the above, so that two reports are compared without their texts:
  std::uint64_t identity = 0;  ///< source, patch id, version, origin
  std::uint64_t standing = 0;  ///< state and installed version
  std::uint64_t details = 0;   ///< severity, classification, advisories, CVEs
};

enum class ReportKind { full, heartbeat };

struct Report {
  ReportKind kind = ReportKind::full;
  std::string activity_id;  ///< UUID, lower case
  std::string host_id;
  Time reported{};                  ///< by the host's own clock
  std::chrono::seconds interval{};  ///< how often this host means to report
  std::string state_hash;           ///< full: of what it says; heartbeat: of the full report it repeats
  Time checked{};                   ///< oldest successful check of its sources by its own clock; epoch: not known
  std::string agent_version;

  // Of a full report only:
  Assessment assessment;  ///< without its updates; its verdict is the graver of its host's and the hub's own
  Counts counts;
  std::string max_severity;  ///< of pending security updates
  std::string updates_hash;  ///< of all updates, whatever their order
  std::int64_t lacks = 0;  ///< hash of the security updates that are missing, and of which wait for a restart; 0: none
  std::vector<ReportedUpdate> updates;
  std::string body;  ///< the JSON as it was sent, compressed (gzip)
};

struct ReadReport {
  std::optional<Report> report;
  Problem problem;  ///< when there is no report
};

/// What may be the id of a host: 1 to 256 bytes of UTF-8, none of which is a control character.
bool is_host_id(const std::string& text);

/// Reads one body of POST /v1/assessments. `encoding` is the Content-Encoding header, lower case. The verdict is judged
/// anew, by the hub's policy and as of the host's own clock, which is the one its other times were read from; where the
/// host's own is graver, it is that one.
ReadReport read_report(std::string_view body, std::string_view encoding, const IngestLimits& limits);

}  // namespace patchstate
