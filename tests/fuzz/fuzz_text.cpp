// SPDX-License-Identifier: Apache-2.0
#include "assessment/assessment_json.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto clean = clean_text(input, 100);
  test::must(clean.size() <= 100, "a cleaned text keeps its limit");
  test::must(clean_text(clean, 100) == clean, "a clean text stays as it is");
  test::must(masked(input, 100).size() <= 100, "a masked text keeps its limit");

  if (clean_text(input, 1U << 20U).find("geheim") != std::string::npos) return;  // "ge\0heim" becomes that
  const auto with_password = std::string(input) + " https://user:geheim@example.org/";
  test::must(masked(with_password, 1U << 20U).find("geheim") == std::string::npos,
             "what stands before a URL does not unmask it");
}
