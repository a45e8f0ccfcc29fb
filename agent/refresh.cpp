// SPDX-License-Identifier: Apache-2.0
#include "agent/refresh.h"

#include "agent/duration.h"

namespace patchstate {
namespace {

constexpr std::string_view kIfOlderThan = "if-older-than";

}  // namespace

std::optional<RefreshMode> parse_refresh_mode(std::string_view text) {
  if (text == "never") return RefreshMode::never;
  if (text == "always") return RefreshMode::always;
  if (text == kIfOlderThan) return RefreshMode::if_older_than;
  return std::nullopt;
}

std::optional<RefreshPolicy> parse_refresh(std::string_view text, const RefreshPolicy& defaults) {
  RefreshPolicy policy = defaults;
  const auto gap = text.find_first_of(" =");
  const auto mode = parse_refresh_mode(text.substr(0, gap));
  if (!mode) return std::nullopt;
  policy.mode = *mode;
  const bool has_duration = gap != std::string_view::npos;
  if (has_duration != (*mode == RefreshMode::if_older_than)) return std::nullopt;
  if (!has_duration) return policy;
  const auto older_than = parse_duration(text.substr(gap + 1));
  if (!older_than) return std::nullopt;
  policy.older_than = *older_than;
  return policy;
}

bool is_due(const RefreshPolicy& policy, const SourceReport& source, Time now) {
  if (policy.mode != RefreshMode::if_older_than) return policy.mode == RefreshMode::always;
  const auto* findings = std::get_if<Findings>(&source.outcome);
  if (findings == nullptr || !findings->metadata.checked_at) return true;
  return now - *findings->metadata.checked_at > policy.older_than;
}

}  // namespace patchstate
