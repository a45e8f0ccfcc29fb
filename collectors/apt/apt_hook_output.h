// SPDX-License-Identifier: Apache-2.0
// apt's JSON hook protocol (apt's doc/json-hooks-protocol.md): JSON-RPC 2.0, one message a line, each followed by an
// empty line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

/// Begins the line on which our hook hands apt's plan through apt's own output.
inline constexpr std::string_view kHookMark = "patchstate-apt-hook: ";

/// A message from apt to a hook.
struct HookMessage {
  enum class Kind { hello, plan, bye, other };
  Kind kind = Kind::other;
  std::string reply;  ///< to a hello: what to send back, line ends included; empty: no version of the protocol fits
};
/// nullopt: no message of the protocol.
std::optional<HookMessage> read_hook_message(std::string_view line);

/// A package of the plan; what changes is `mode`.
struct PlannedChange {
  enum class Mode { install, upgrade, downgrade, reinstall, remove };
  std::string name;
  std::string arch;  ///< the package's: native for packages of architecture "all"
  Mode mode = Mode::install;
  std::string installed;     ///< empty: a new package
  std::string candidate;     ///< version to be installed; empty when removed
  std::string version_arch;  ///< of that version: amd64, all
};

struct Plan {
  std::vector<PlannedChange> changes;
  std::vector<std::string> not_understood;
};
/// Reads an `install.pre-prompt` message. nullopt: it is none, or not whole.
std::optional<Plan> parse_plan(std::string_view message);

}  // namespace patchstate::apt
