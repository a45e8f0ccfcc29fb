// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace patchstate::bench {

struct LoadResult {
  std::size_t answered = 0;
  std::size_t accepted = 0;   ///< 202
  std::size_t send_full = 0;  ///< of these, "send it in full"
  double seconds = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

/// Sends each of `requests` once, over `connections` that stay open, one thread, at `rate` a second (0: as fast as it
/// goes) for at most `seconds`. A latency counts from when a request was due, so that a stall is not hidden.
LoadResult run_load(const std::string& host_port, const std::vector<std::string>& requests, double rate, double seconds,
                    std::size_t connections);

}  // namespace patchstate::bench
