// SPDX-License-Identifier: Apache-2.0
// What must not leave the machine with a recording: its names, its ids, and the names of private servers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

struct Identity {
  std::string hostname;
  std::string machine_id;  ///< the confidential one of /etc/machine-id
  std::string host_id;
};

/// Takes names out of recorded bytes, the same name always for the same replacement, so that a recording stays
/// coherent: the machine's own name and ids; users, passwords and tokens in URLs; hosts in URLs other than the public
/// archives of the distributions.
class Redaction {
 public:
  explicit Redaction(Identity identity) : identity_(std::move(identity)) {}

  /// Learns the hosts of the URLs in `text`. Before any `apply`, because a host also stands where no URL is: in the
  /// names of apt's lists.
  void learn(std::string_view text);
  std::string apply(std::string_view text) const;
  /// Only the names and ids, for a text whose words must stay what they are: "passwd=1:4.13" is a version, no password.
  std::string without_names(std::string text) const;

 private:
  Identity identity_;
  std::vector<std::string> hosts_;
};

}  // namespace patchstate
