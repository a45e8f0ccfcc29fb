// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace patchstate::test {

/// Runs `body` in a forked copy of the test, where it may change what a process has (limits, user, descriptors).
/// True when it returned true.
template <class Body>
bool holds_in_child(Body body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace patchstate::test
