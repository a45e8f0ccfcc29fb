// SPDX-License-Identifier: Apache-2.0
#include "hub/plan.h"

#include <algorithm>
#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace patchstate;

namespace {

std::vector<std::int64_t> updates_of(const std::vector<PlanStep>& steps) {
  std::vector<std::int64_t> updates;
  for (const auto& step : steps) updates.push_back(step.update);
  return updates;
}

/// Counted anew from what the steps say.
std::int64_t compliant_after(const std::vector<LackGroup>& groups, const std::set<std::int64_t>& installed) {
  std::int64_t machines = 0;
  for (const auto& group : groups)
    if (std::includes(installed.begin(), installed.end(), group.lacks.begin(), group.lacks.end()))
      machines += group.machines;
  return machines;
}

}  // namespace

TEST_CASE("without a machine there is nothing to plan") {
  CHECK(shortest_plan({}).empty());
}

TEST_CASE("what completes most machines for each update comes first") {
  const auto steps = shortest_plan({{10, {1, 2, 3, 4}}, {5, {5}}, {8, {6, 7}}});
  CHECK(updates_of(steps) == std::vector<std::int64_t>{5, 6, 7, 1, 2, 3, 4});
  CHECK(steps[0].compliant == 5);
  CHECK(steps[1].compliant == 5);
  CHECK(steps[2].compliant == 13);
  CHECK(steps.back().compliant == 23);
}

TEST_CASE("an update that one machine needed is not counted again for the next") {
  // Alone {2,3} is worth 4.5 for each update; once 1 and 2 are installed, 3 alone completes it.
  const auto steps = shortest_plan({{20, {1, 2}}, {9, {2, 3}}, {8, {4}}});
  CHECK(updates_of(steps) == std::vector<std::int64_t>{2, 1, 3, 4});
}

TEST_CASE("machines that lack the same in two groups are one group") {
  const auto steps = shortest_plan({{3, {1, 2}}, {5, {3, 4}}, {3, {1, 2}}});
  CHECK(updates_of(steps) == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(steps[1].compliant == 6);
}

TEST_CASE("each update is installed once and each step counts what lacks nothing any more") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<LackGroup> groups;
    std::set<std::int64_t> all;
    std::int64_t machines = 0;
    for (std::size_t index = random() % 12; index > 0; --index) {
      std::set<std::int64_t> lacks;
      for (std::size_t number = 1 + random() % 6; number > 0; --number)
        lacks.insert(static_cast<std::int64_t>(random() % 9));
      all.insert(lacks.begin(), lacks.end());
      groups.push_back({1 + static_cast<std::int64_t>(random() % 50), {lacks.begin(), lacks.end()}});
      machines += groups.back().machines;
    }
    const auto steps = shortest_plan(groups);
    CHECK(steps.size() == all.size());
    std::set<std::int64_t> installed;
    for (const auto& step : steps) {
      CHECK(installed.insert(step.update).second);
      CHECK(step.compliant == compliant_after(groups, installed));
    }
    if (!steps.empty()) CHECK(steps.back().compliant == machines);
  }
}
