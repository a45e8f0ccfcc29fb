// SPDX-License-Identifier: Apache-2.0
// `patchstate apt-hook` alone, for tests that let the real apt start it.
#include <cstdio>
#include <cstring>

#include "collectors/apt/apt_hook.h"

int main(int argc, char** argv) {
  if (argc != 2 || std::strcmp(argv[1], "apt-hook") != 0) return 2;
  return patchstate::apt::run_apt_hook(patchstate::apt::apt_hook_socket(), stdout);
}
