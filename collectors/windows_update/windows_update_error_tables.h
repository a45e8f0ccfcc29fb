// SPDX-License-Identifier: Apache-2.0
// The tables behind explain() of windows_update_errors.h. Names are those of wuerror.h and winerror.h; the sentences
// say in our words what Microsoft's pages on the same codes say (WUA success and error codes, WUA networking error
// codes, Windows Update error codes by component).
#pragma once

#include <span>
#include <string_view>

#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// What somebody does about it; decides the kind of failure, and whether to try again soon.
enum class Remedy {
  report,       ///< nothing in particular is known to help
  nothing,      ///< a code of success
  again,        ///< goes away by itself
  busy,         ///< something else is at it
  network,      ///< name resolution, connection, time-out
  server,       ///< the server has trouble
  server_old,   ///< the server is too old
  refused,      ///< the server or the proxy was reached, and says no
  configure,    ///< the address of the server is missing or wrong
  policy,       ///< forbidden by a policy
  disabled,     ///< a service is switched off
  rights,       ///< asked by a user who may not
  trust,        ///< certificates, signatures, the clock
  store,        ///< the agent's own database
  package,      ///< the scan package of an offline search
  outdated,     ///< the agent is too old
  repair,       ///< a part of Windows is damaged or missing
  missing,      ///< the agent is not there
  unsupported,  ///< this Windows can't
  reboot,       ///< after a restart
  memory,       ///< memory
  install,      ///< about downloading or installing; a search is not touched by it
  ours          ///< asked for wrongly
};

struct ErrorEntry {
  ErrorCode code;
  std::string_view name;
  Remedy remedy;
  std::string_view sentence;  ///< lower case, no full stop: it stands after "…: "
};

// Each in the order of its codes.
std::span<const ErrorEntry> agent_errors();
std::span<const ErrorEntry> server_errors();
std::span<const ErrorEntry> store_errors();
std::span<const ErrorEntry> service_errors();
std::span<const ErrorEntry> windows_errors();

}  // namespace patchstate::windows_update
