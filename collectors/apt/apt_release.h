// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::apt {

/// The fields of a Release file (Debian repository format) that say what it is and how old.
struct Release {
  std::string origin;
  std::string label;
  std::string suite;
  std::string codename;
  std::vector<std::string> architectures;
  std::vector<std::string> components;
  /// Packages indexes by folder ("main/binary-amd64", "" in a flat repository): size of the uncompressed file, -1 where
  /// only compressed ones are listed. apt keeps no empty index, so the absence of one from the lists means nothing.
  std::map<std::string, std::int64_t> packages_indexes;
  std::optional<Time> date;
  std::optional<Time> valid_until;
};

/// Reads a Release or InRelease file (the signature is apt's business: it keeps only what it has verified).
/// nullopt when the text is no whole Release file: it has no `Date`, a line is neither a field nor a continuation, a
/// date can't be read, or a clear-signed text ends before its signature.
std::optional<Release> parse_release(std::string_view text);

/// RFC 2822 date as in Release files, "Sat, 21 Nov 2026 00:53:02 UTC" (GMT, +0000, one-digit day also).
std::optional<Time> parse_release_date(std::string_view text);

}  // namespace patchstate::apt
