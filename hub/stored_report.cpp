// SPDX-License-Identifier: Apache-2.0
#include "hub/stored_report.h"

#include <stdexcept>

#include <fmt/core.h>

#include "hub/questions.h"
#include "hub/report.h"
#include "platform/gzip.h"

namespace patchstate {

std::optional<std::string> newest_report_text(Store& store, const HostRecord& host) {
  const auto body = newest_report(store, host.key);
  if (!body) return std::nullopt;
  try {
    return gunzip(*body, IngestLimits{}.max_expanded);
  } catch (const std::logic_error& error) {
    throw std::runtime_error(fmt::format("the stored report of host {} can't be read: {}", host.id, error.what()));
  }
}

}  // namespace patchstate
