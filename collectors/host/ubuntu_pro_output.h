// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

enum class EsmStatus { unknown, disabled, enabled };

/// Whether the Ubuntu Pro client's status.json says that ESM for the base system (esm-infra) is enabled: the machine is
/// attached, the service is not switched off, and the contract has not expired. unknown: it says nothing.
EsmStatus esm_status(std::string_view status_json, Time now);

/// Whether a file of apt's sources, of either format, names one that is not commented out or switched off.
bool names_a_source(std::string_view sources_file);

}  // namespace patchstate
