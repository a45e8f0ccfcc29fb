// SPDX-License-Identifier: Apache-2.0
#include "assessment/names.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE_TEMPLATE("every enumerator has a text of its own, and the text leads back to it", Enum, Classification,
                   Severity, UpdateState, RebootBehavior, PatchService, FailureKind, Strength, Status, RepositoryState,
                   VerdictValue) {
  std::set<std::string_view> texts;
  for (const auto value : all_values<Enum>()) {
    const auto text = to_text(value);
    CHECK(!text.empty());
    CHECK(texts.insert(text).second);
    CHECK(from_text<Enum>(text) == value);
  }
  CHECK(texts.size() == all_values<Enum>().size());
  CHECK(all_values<Enum>().front() == Enum{});
}

TEST_CASE_TEMPLATE("a word that is not in the vocabulary is no enumerator", Enum, Classification, Severity, UpdateState,
                   RebootBehavior, PatchService, FailureKind, Strength, Status, RepositoryState, VerdictValue) {
  for (const std::string_view text : {"", "Unknown", "unknown ", "nonsense", "CRITICAL"})
    CHECK_FALSE(from_text<Enum>(text).has_value());
}

TEST_CASE("what claims least comes first, so that a value nobody set never reads as good news") {
  CHECK(to_text(Classification{}) == "unknown");
  CHECK(to_text(Severity{}) == "unknown");
  CHECK(to_text(UpdateState{}) == "installable");
  CHECK(to_text(Status{}) == "failed");
  CHECK(to_text(RepositoryState{}) == "unknown");
  CHECK(to_text(VerdictValue{}) == "unknown");
  CHECK(to_text(Strength{}) == "weak");
}

TEST_CASE("a number that is no enumerator reads as the first one") {
  CHECK(to_text(static_cast<VerdictValue>(99)) == "unknown");
  CHECK(to_text(static_cast<Severity>(-1)) == "unknown");
}

TEST_CASE("the patch service has Azure's words") {
  CHECK(to_text(PatchService::WU_WSUS) == "WU-WSUS");
  CHECK(to_text(PatchService::Zypper) == "Zypper");
}
