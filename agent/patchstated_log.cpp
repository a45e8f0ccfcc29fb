// SPDX-License-Identifier: Apache-2.0
#include "agent/patchstated_log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/core.h>

namespace patchstate {
namespace {

constexpr Moment kQuiet = std::chrono::hours{1};
constexpr std::size_t kMostRemembered = 8;

}  // namespace

void log(Priority priority, std::string_view message) {
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  const auto line = journal ? fmt::format("<{}>{}\n", static_cast<int>(priority), message)
                            : fmt::format("patchstated: {}\n", message);
  // Nobody may be reading; that must not stop the work.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::optional<std::string> Complaints::admit(const std::string& complaint, Moment now) {
  const auto same = [&](const Made& made) { return made.complaint == complaint; };
  const auto found = std::find_if(made_.begin(), made_.end(), same);
  if (found == made_.end()) {
    if (made_.size() == kMostRemembered) made_.erase(made_.begin());
    made_.push_back({complaint, now});
    return complaint;
  }
  if (now < found->at + kQuiet) {
    ++found->left_out;
    return std::nullopt;
  }
  auto text = found->left_out == 0 ? complaint : fmt::format("{} ({} times more since)", complaint, found->left_out);
  *found = {complaint, now};
  return text;
}

}  // namespace patchstate
