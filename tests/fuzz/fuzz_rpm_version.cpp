// SPDX-License-Identifier: Apache-2.0
// Two versions, one after the other, parted by a line end.
#include "collectors/rpm/rpm_version.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto end = input.find('\n');
  const auto one = input.substr(0, end);
  const auto other = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  const int order = rpm::compare_versions(one, other);
  test::must(order >= -1 && order <= 1, "an order is -1, 0 or 1");
  test::must(rpm::compare_versions(other, one) == -order, "either direction says the same");
  test::must(rpm::compare_versions(one, one) == 0, "a version is itself");
  const auto evr = rpm::parse_evr(one);
  test::must(rpm::compare(evr, rpm::parse_evr(rpm::to_text(evr))) == 0 || evr.version.find(':') != std::string::npos ||
                 evr.version.find('-') != std::string::npos || evr.release.empty(),
             "what is written is read as the same");
  if (const auto package = rpm::parse_nevra(one))
    test::must(!package->name.empty() && !package->evr.version.empty() && !package->evr.release.empty() &&
                   !package->arch.empty(),
               "a full name is full");
}
