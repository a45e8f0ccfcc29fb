// SPDX-License-Identifier: Apache-2.0
#include "platform/program_start.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/linux/os_error.h"

extern "C" char __executable_start;  // where the linker put the program, and the end of its code: end(3)
extern "C" char etext;

namespace patchstate {
namespace {

constexpr std::size_t kPage = 4096;

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

constexpr std::size_t kFirstMemory = 384U << 10U;  ///< what an unchanged run with a hundred updates takes

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

/// On a virtual machine a page fault can cost 15 µs, and a page of many
/// at once 1 µs or less. A kernel before 5.14 does not know the requests; then each page comes when it is touched, as
/// ever.
void take_first_pages() {
#ifdef MADV_POPULATE_WRITE
  const auto address = [](const void* at) { return reinterpret_cast<std::uintptr_t>(at); };
  const auto take = [](std::uintptr_t first, std::uintptr_t last, int how) {
    first = (first + kPage - 1) / kPage * kPage;
    if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, how);
  };
  take(address(&__executable_start), address(&etext), MADV_POPULATE_READ);
  // From the heap, and it stays there: for what is larger malloc would else ask the system each time.
  ::mallopt(M_MMAP_THRESHOLD, 4 * kFirstMemory);
  ::mallopt(M_TRIM_THRESHOLD, 4 * kFirstMemory);
  void* const memory = std::malloc(kFirstMemory);
  if (memory != nullptr) take(address(memory), address(memory) + kFirstMemory, MADV_POPULATE_WRITE);
  std::free(memory);
#endif
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
