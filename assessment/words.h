// SPDX-License-Identifier: Apache-2.0
// The few turns of phrase that the verdict and the exports share.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate {

/// "less than a minute", "1 hour", "12 days": the largest unit that still tells two such ages apart.
std::string age_in_words(std::chrono::seconds age);
/// "1 security update", "79 security updates".
std::string counted(int number, std::string_view thing);
/// "apt, dnf and 3 more": at most `most` of them by name.
std::string listed(const std::vector<std::string>& names, std::size_t most);
/// `text` on one line and without anything a terminal would obey; runs of white space become one space.
std::string one_line(std::string_view text);
/// What the security updates of this machine are called: "security update", or "security or critical update" where some
/// are only critical (Windows).
std::string_view security_noun(const std::vector<const Update*>& updates);

}  // namespace patchstate
