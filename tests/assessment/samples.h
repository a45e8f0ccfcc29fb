// SPDX-License-Identifier: Apache-2.0
// Assessments that the tests of this folder share. Each is judged already, with the default policy, at `sample_now()`.
#pragma once

#include <map>
#include <string>

#include "assessment/assessment.h"

namespace patchstate::test {

Time sample_now();
/// A time this long before sample_now().
Time before(std::chrono::seconds age);

Update update(const std::string& name, Classification classification, UpdateState state = UpdateState::installable);

/// A Debian machine whose one source has answered wholly and lately; `updates` are what it found. Not judged.
Assessment machine(std::vector<Update> updates);
Findings& findings_of(Assessment& assessment);

Assessment compliant();
Assessment only_others();    ///< compliant, with other updates pending
Assessment noncompliant();   ///< real package names and versions; held, phased, unclassified and new ones among them
Assessment failed();         ///< its one source timed out
Assessment partly_failed();  ///< security updates known from one source, another one locked
Assessment stale();          ///< nothing pending, checked twelve days ago
Assessment no_source();
Assessment everything();  ///< every field set, to a value of its own
Assessment hostile();     ///< texts that want to be read as markup, formulas, escape sequences, lines, labels

/// All of them by name.
std::map<std::string, Assessment> all_samples();

}  // namespace patchstate::test
