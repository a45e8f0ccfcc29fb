// SPDX-License-Identifier: Apache-2.0
// Times and verdicts as the pages say them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hub/number_text.h"
#include "hub/pages/render.h"

namespace patchstate {

/// "2026-11-28", in UTC.
std::string day_text(Time time);
/// {{#x}}<time datetime="{{machine}}">{{text}}</time>{{/x}}; false for the epoch, which means "not known".
Data time_data(Time time);
/// "19 days"; empty for the epoch.
std::string age_text(Time since, Time now);
/// When a machine last said something: "4 days ago", "just now", "never".
std::string heard_text(Time received, Time now);
/// What {{>verdict_mark}} shows: the word of a verdict ("compliant", "noncompliant", "accepted", "unknown") and its
/// shape.
Data mark_data(std::string_view verdict);

}  // namespace patchstate
