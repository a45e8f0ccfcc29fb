// SPDX-License-Identifier: Apache-2.0
// What `apt-get update` complains about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

struct UpdateComplaint {
  bool failed = false;  ///< metadata is not what the server has now; false: a remark
  std::string uri;      ///< of the source or file it is about; empty: not said
  std::string text;
};

struct LockHolder {
  std::string file;
  std::string holder;  ///< "process 4711 (apt-get)"; empty: apt before 1.9.11 does not tell
};

struct UpdateComplaints {
  std::vector<UpdateComplaint> complaints;
  std::optional<LockHolder> locked;  ///< another program refreshes or installs
  bool any_failed() const;
};

/// Reads stderr. The exit code alone does not tell: apt counts an unreachable mirror as a warning (edges 1, 121), and
/// apt before 2.1.15 has no option against that.
UpdateComplaints parse_update_complaints(std::string_view err);

}  // namespace patchstate::apt
