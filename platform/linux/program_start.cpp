// SPDX-License-Identifier: Apache-2.0
#include "platform/program_start.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

volatile std::sig_atomic_t exit_code = 0;

extern "C" void stop(int /*signal*/) {
  constexpr char kText[] = "\npatchstate: stopped\n";
  if (::write(STDERR_FILENO, kText, sizeof kText - 1) < 0) ::_exit(exit_code);
  ::_exit(exit_code);
}

/// Descriptors are given out from the lowest: open until 0, 1 and 2 are taken. The wrong way round, so that using them
/// is still the error it was.
void fill_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void on(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void prepare_program(int exit_code_when_stopped) {
  exit_code = exit_code_when_stopped;
  fill_standard_streams();
  on(SIGPIPE, SIG_IGN);
  on(SIGINT, stop);
  on(SIGTERM, stop);
  on(SIGHUP, stop);
}

void become_program(const std::filesystem::path& program, std::vector<std::string> arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  throw os_error(errno, "cannot start", program);
}

}  // namespace patchstate
