// SPDX-License-Identifier: Apache-2.0
#include "platform/program_start.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/linux/heap.h"
#include "platform/linux/os_error.h"

extern char program_begin asm("__executable_start");  // the linker's own names, see end(3)
extern char code_end asm("etext");

namespace patchstate {
namespace {

constexpr std::size_t kPage = 4096;

// MADV_POPULATE_READ and MADV_POPULATE_WRITE of Linux, which not every C library's headers name.
constexpr int kPopulateRead = 22;
constexpr int kPopulateWrite = 23;

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

/// For the whole pages between two places, at once.
void advise(char* first, const char* last, int how) {
  void* start = first;
  auto size = static_cast<std::size_t>(last - first);
  if (std::align(kPage, kPage, start, size) != nullptr) ::madvise(start, size, how);
}

constexpr std::size_t kFirstMemory = 384U << 10U;  ///< what an unchanged run with a hundred updates takes
constexpr std::size_t kMostFromHeap = 32U << 20U;  ///< malloc's own limit

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

std::vector<std::string> program_arguments(int argc, const char* const* argv) {
  return {argv, argv + argc};
}

/// On a virtual machine a page fault can cost 15 µs, and a page of many at once 1 µs or less. A kernel before 5.14 does
/// not know the requests; then each page comes when it is touched, as ever.
void take_first_pages() {
  advise(&program_begin, &code_end, kPopulateRead);
  take_memory(kFirstMemory);
}

void take_memory(std::size_t bytes) {
  // From the heap, and it stays there: for what is larger malloc would else ask the system each time.
  keep_freed_memory(kMostFromHeap);
  auto* const memory = static_cast<char*>(std::malloc(bytes));
  if (memory != nullptr) advise(memory, memory + bytes, kPopulateWrite);
  std::free(memory);
}

/// MADV_DONTNEED of pages that are only read, and are the file's own: what is needed again comes back from it.
void give_back_program_pages() {
  advise(&program_begin, &code_end, MADV_DONTNEED);
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
