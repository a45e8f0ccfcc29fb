// SPDX-License-Identifier: Apache-2.0
// One assessment of one host: facts, collectors in turn, reboot evidence, verdict.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "agent/config.h"
#include "agent/findings_cache.h"
#include "assessment/assessment.h"
#include "collectors/collector.h"

namespace patchstate {

struct AssessOptions {
  const HostAccess& access;
  std::span<const CollectorChoice> choices;
  const Config& config;
  FindingsCache cache{{}};
  /// The assessment before this one, asked for only when it is needed: it carries firstSeen.
  std::function<std::optional<Assessment>()> previous = [] { return std::nullopt; };
  /// Fetches metadata anew; called when the policy says so. Empty where that must not be: another root.
  std::function<RefreshResult()> refresh = nullptr;
  /// Told what is being done, before each thing that can take long.
  std::function<void(std::string_view)> on_step = [](std::string_view) {};
};

/// Never fails because a source does: that is a Failure in the assessment, and no verdict `compliant`.
Assessment assess_host(const AssessOptions& options);

}  // namespace patchstate
