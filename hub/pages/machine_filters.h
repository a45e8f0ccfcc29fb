// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hub/pages/list_query.h"
#include "hub/pages/render.h"
#include "hub/store.h"

namespace patchstate {

/// The form of the list of machines, and its chosen filters ({{#chips}}), each with a way out of it. Answers them in
/// words: "verdict noncompliant, tag web"; empty: none.
std::string put_filters(Data& data, Store& store, const ListQuery& list);

}  // namespace patchstate
