// SPDX-License-Identifier: Apache-2.0
// One update as the pages tell of it.
#pragma once

#include <string>
#include <string_view>

#include "hub/pages/render.h"
#include "hub/questions.h"

namespace patchstate {

/// "security, important"; what nobody said is left out.
std::string weight_text(const UpdateRecord& update);
/// "can be installed", "held back by the machine's administrator", …
std::string state_text(std::string_view state);
/// What it fixes, at most `most` of each kind: {{#advisories}}{{text}}{{/advisories}}, {{#cves}}{{path}}
/// {{text}}{{/cves}}, and how many more there are, {{more_fixes}}.
void put_fixes(Data& data, const UpdateRecord& update, std::size_t most);
/// In one cell of a file: "CVE-2026-1 CVE-2026-2".
std::string spaced(const std::string& json_list);

/// {{#unknown}}: how many machines can't say what they lack; false when each can.
void put_unknown(Data& data, Store& store, Time now);

/// A row of machines that have an update pending: template "lacking".
Data lacking_row(const LackingHost& one, Time now);
std::string lacking_csv_head();
std::string lacking_csv_line(const LackingHost& one, Time now);

}  // namespace patchstate
