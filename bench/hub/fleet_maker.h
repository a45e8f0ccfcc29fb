// SPDX-License-Identifier: Apache-2.0
// Simulated hosts: real package names, an update list that changes as a machine's does (new updates every few days,
// now and then an evening on which somebody installs them).
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::bench {

class FleetMaker {
 public:
  /// `names`: of packages. The same seed makes the same fleet.
  FleetMaker(std::vector<std::string> names, unsigned seed) : names_(std::move(names)), random_(seed) {}

  static std::string host_id(std::size_t host);
  /// A UUID that tells host and number apart.
  static std::string activity_id(std::size_t host, std::size_t number);

  /// Host number `host` with `pending` updates of which the `changed` newest are new since the state before.
  Assessment assessment(std::size_t host, std::size_t number, std::size_t pending, std::size_t release, Time at);

 private:
  Update update(std::size_t host, std::size_t index, std::size_t release, Time at) const;

  std::vector<std::string> names_;
  std::mt19937 random_;
};

}  // namespace patchstate::bench
