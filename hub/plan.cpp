// SPDX-License-Identifier: Apache-2.0
#include "hub/plan.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace patchstate {
namespace {

/// Groups that lack the same are one.
std::vector<LackGroup> merged(std::vector<LackGroup> groups) {
  std::map<std::vector<std::int64_t>, std::int64_t> machines;
  for (auto& group : groups) machines[std::move(group.lacks)] += group.machines;
  groups.clear();
  for (auto& [lacks, number] : machines) groups.push_back({number, lacks});
  return groups;
}

class Planner {
 public:
  explicit Planner(std::vector<LackGroup> groups) : groups_(merged(std::move(groups))) {
    for (std::size_t index = 0; index < groups_.size(); ++index) {
      left_.push_back(groups_[index].lacks.size());
      if (left_.back() == 0) compliant_ += groups_[index].machines;
      for (const auto update : groups_[index].lacks) {
        groups_of_[update].push_back(index);
        machines_of_[update] += groups_[index].machines;
      }
    }
  }

  std::vector<PlanStep> steps() {
    std::vector<PlanStep> steps;
    for (auto best = next(); best != groups_.size(); best = next())
      for (const auto update : still_lacked(groups_[best])) {
        install(update);
        steps.push_back({update, compliant_});
      }
    return steps;
  }

 private:
  /// The group with the most machines for each update that it still lacks; the number of groups when none lacks any.
  std::size_t next() const {
    std::size_t best = groups_.size();
    for (std::size_t index = 0; index < groups_.size(); ++index)
      if (left_[index] > 0 && (best == groups_.size() || is_better(index, best))) best = index;
    return best;
  }

  bool is_better(std::size_t one, std::size_t other) const {
    const auto worth = [this](std::size_t group, std::size_t divisor) {
      return groups_[group].machines * static_cast<std::int64_t>(left_[divisor]);
    };
    const auto difference = worth(one, other) - worth(other, one);
    return difference != 0 ? difference > 0 : left_[one] < left_[other];
  }

  /// What most machines lack comes first.
  std::vector<std::int64_t> still_lacked(const LackGroup& group) const {
    std::vector<std::int64_t> updates;
    for (const auto update : group.lacks)
      if (!installed_.contains(update)) updates.push_back(update);
    std::stable_sort(updates.begin(), updates.end(), [this](std::int64_t one, std::int64_t other) {
      return machines_of_.at(one) > machines_of_.at(other);
    });
    return updates;
  }

  void install(std::int64_t update) {
    installed_.insert(update);
    for (const auto index : groups_of_.at(update))
      if (--left_[index] == 0) compliant_ += groups_[index].machines;
  }

  std::vector<LackGroup> groups_;
  std::vector<std::size_t> left_;  ///< of each group: updates that are not installed yet
  std::unordered_map<std::int64_t, std::vector<std::size_t>> groups_of_;
  std::unordered_map<std::int64_t, std::int64_t> machines_of_;
  std::unordered_set<std::int64_t> installed_;
  std::int64_t compliant_ = 0;
};

}  // namespace

std::vector<PlanStep> shortest_plan(std::vector<LackGroup> groups) {
  return Planner(std::move(groups)).steps();
}

}  // namespace patchstate
