// SPDX-License-Identifier: Apache-2.0
#include "agent/duration.h"

#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "agent/refresh.h"

using namespace patchstate;
using namespace std::chrono_literals;

TEST_CASE("a duration is one number and one unit") {
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("15m") == 15min);
  CHECK(parse_duration("6h") == 6h);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("1w") == 168h);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("anything else is no duration, rather than another one") {
  for (const std::string_view text :
       {"", "s", "6", "6 h", " 6h", "6h ", "-6h", "+6h", "6.5h", "6hh", "6H", "1h30m", "h6", "0x10s", "4294967296s",
        "99999999999999999999s", "4294967295w", "6\0h", "٦h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("when to refresh takes one word or two") {
  const RefreshPolicy defaults;
  CHECK(parse_refresh("never", defaults)->mode == RefreshMode::never);
  CHECK(parse_refresh("always", defaults)->mode == RefreshMode::always);
  for (const std::string_view text : {"if-older-than 6h", "if-older-than=6h"}) {
    const auto policy = parse_refresh(text, defaults);
    REQUIRE(policy);
    CHECK(policy->mode == RefreshMode::if_older_than);
    CHECK(policy->older_than == 6h);
  }
  for (const std::string_view text : {"", "sometimes", "always 6h", "never=6h", "if-older-than", "if-older-than ",
                                      "if-older-than soon", "if-older-than 6h 7h", "if-older-than  6h", "ALWAYS"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_refresh(text, defaults));
  }
}

TEST_CASE("metadata without a trace of its last check, and a source that failed, are due for a refresh") {
  RefreshPolicy policy;
  policy.mode = RefreshMode::if_older_than;
  policy.older_than = 6h;
  const Time now{std::chrono::hours{100'000}};
  SourceReport source;
  CHECK(is_due(policy, source, now));
  source.outcome = Findings{};
  CHECK(is_due(policy, source, now));
  std::get<Findings>(source.outcome).metadata.checked_at = now - 7h;
  CHECK(is_due(policy, source, now));
  std::get<Findings>(source.outcome).metadata.checked_at = now - 6h;
  CHECK_FALSE(is_due(policy, source, now));
  policy.mode = RefreshMode::always;
  CHECK(is_due(policy, source, now));
  policy.mode = RefreshMode::never;
  CHECK_FALSE(is_due(policy, SourceReport{}, now));
}
