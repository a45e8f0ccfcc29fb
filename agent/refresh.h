// SPDX-License-Identifier: Apache-2.0
// Whether the system's own metadata may be fetched anew before an assessment. Off unless somebody asks for it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

enum class RefreshMode { never, if_older_than, always };

struct RefreshPolicy {
  RefreshMode mode = RefreshMode::never;
  std::chrono::seconds older_than = std::chrono::hours{6};
  std::chrono::seconds deadline = std::chrono::minutes{5};
};

inline constexpr std::string_view kRefreshForm = "never, always, or if-older-than DURATION";

/// "never", "always" or "if-older-than" as the configuration spells it.
std::optional<RefreshMode> parse_refresh_mode(std::string_view text);
/// The words of the command line: "never", "always", "if-older-than 6h" or "if-older-than=6h"; the deadline is kept.
std::optional<RefreshPolicy> parse_refresh(std::string_view text, const RefreshPolicy& defaults);

/// True when a source's last successful check is older than the policy allows, or leaves no trace, or could not be
/// read.
bool is_due(const RefreshPolicy& policy, const SourceReport& source, Time now);

}  // namespace patchstate
