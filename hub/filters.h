// SPDX-License-Identifier: Apache-2.0
// Filters of the list of machines that people keep under a name, for all to use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/audit.h"
#include "hub/store.h"

namespace patchstate {

struct SavedFilter {
  std::int64_t id = 0;
  std::string name;
  std::string query;  ///< "verdict=unknown&tag=web"
  Time created{};
  std::string created_by;
};

std::vector<SavedFilter> saved_filters(Store& store);
std::optional<SavedFilter> find_filter(Store& store, std::int64_t id);
/// Why it was not done; empty: it was.
std::string save_filter(Store& store, const SavedFilter& filter, const Actor& by, Time now);
void delete_filter(Store& store, const SavedFilter& filter, const Actor& by, Time now);

}  // namespace patchstate
