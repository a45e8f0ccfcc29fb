// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/process_watcher.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace patchstate {
namespace {

constexpr int kLife = 3;
constexpr int kReport = 4;
constexpr int kOutput = 5;
constexpr int kTermGraceMs = 300;
constexpr int kKillGraceMs = 500;

void report(WatcherReport::Kind kind, int value) {
  const WatcherReport text{kind, value};
  // Nobody may be there to read it any more; SIGPIPE is blocked.
  [[maybe_unused]] const ssize_t written = ::write(kReport, &text, sizeof text);
}

[[noreturn]] void report_exec_error() {
  report(WatcherReport::Kind::exec_failed, errno);
  ::_exit(127);
}

void default_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
}

void close_all_from(int first) {
  constexpr long kCloseRange = 436;  // the same on every architecture; Linux 5.9, the headers may be older
  if (::syscall(kCloseRange, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
  rlimit open_files{};
  constexpr rlim_t kEnough = 65536;
  ::getrlimit(RLIMIT_NOFILE, &open_files);
  for (int fd = first; fd < static_cast<int>(std::min(open_files.rlim_cur, kEnough)); ++fd) ::close(fd);
}

void lower_priority() {
  constexpr int kNice = 5;
  constexpr int kIoprioWhoProcess = 1;
  constexpr int kBestEffortLowest = (2 << 13) | 7;  // IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7)
  ::setpriority(PRIO_PROCESS, 0, std::min(::getpriority(PRIO_PROCESS, 0) + kNice, 19));
  ::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kBestEffortLowest);
}

template <class Resource>
void set_limit(Resource resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

[[noreturn]] void become_program(const WatchedProgram& program, pid_t watcher) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != watcher) ::_exit(127);  // it died before the line above
  ::umask(022);
  if (::chdir("/") != 0) report_exec_error();
  lower_priority();
  set_limit(RLIMIT_CORE, 0);
  if (program.shared_output >= 0) ::dup2(kOutput, kSharedOutput);
  if (program.memory_cap > 0) set_limit(RLIMIT_AS, program.memory_cap);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(program.path, program.argv, program.environment);
  report_exec_error();
}

/// Milliseconds of a clock that nobody sets.
long long now_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<long long>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

/// Waits until some child changed or `life` closed. True: the program should end.
enum class Watch { children, children_and_life };
bool wait_for_event(int child_events, Watch watch, int timeout_ms) {
  pollfd fds[] = {{child_events, POLLIN, 0}, {watch == Watch::children ? -1 : kLife, POLLIN, 0}};
  if (::poll(fds, 2, timeout_ms) <= 0) return false;
  signalfd_siginfo consumed;
  if ((fds[0].revents & POLLIN) != 0) [[maybe_unused]]
    const ssize_t got = ::read(child_events, &consumed, sizeof consumed);
  return fds[1].revents != 0;
}

/// Has the program ended? It stays a zombie, so that its process group id can't be anybody else's.
bool ended(pid_t program) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(program), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == program;
}

void report_end(pid_t program) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(program), &info, WEXITED | WNOHANG | WNOWAIT);
  const bool exited = info.si_code == CLD_EXITED;
  report(exited ? WatcherReport::Kind::exited : WatcherReport::Kind::signalled, info.si_status);
}

/// Sends SIGKILL to every child: what the program left behind came to us when its parent died.
void kill_children() {
  const int fd = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  char text[4096];
  pid_t pid = 0;
  for (ssize_t length = 1; fd >= 0 && length > 0;) {
    length = ::read(fd, text, sizeof text);
    for (ssize_t i = 0; i < length; ++i) {
      if (text[i] >= '0' && text[i] <= '9') {
        pid = pid * 10 + (text[i] - '0');
      } else {
        if (pid > 1) ::kill(pid, SIGKILL);
        pid = 0;
      }
    }
  }
  ::close(fd);
}

void kill_everything(pid_t program, int child_events) {
  ::kill(-program, SIGKILL);  // before anything is reaped
  const long long give_up = now_ms() + kKillGraceMs;
  do {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (::waitpid(-1, nullptr, WNOHANG) < 0) return;  // ECHILD: nobody is left
    kill_children();
    wait_for_event(child_events, Watch::children, 10);
  } while (now_ms() < give_up);
}

void take_places(const WatchedProgram& program) {
  ::dup2(program.input, STDIN_FILENO);
  ::dup2(program.out, STDOUT_FILENO);
  ::dup2(program.err, STDERR_FILENO);
  ::dup2(program.life, kLife);
  ::dup2(program.report, kReport);
  if (program.shared_output >= 0)
    ::dup3(program.shared_output, kOutput, O_CLOEXEC);
  else
    ::close(kOutput);
  ::fcntl(kLife, F_SETFD, FD_CLOEXEC);
  ::fcntl(kReport, F_SETFD, FD_CLOEXEC);
  close_all_from(kFirstFreeFd);
}

}  // namespace

void watch_program(const WatchedProgram& program) {
  ::setpgid(0, 0);  // a signal to our group, Ctrl-C or a killing shell, is not for the watcher
  ::prctl(PR_SET_NAME, "patchstate-run");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  default_signals();
  take_places(program);
  sigset_t child_signal;
  ::sigemptyset(&child_signal);
  ::sigaddset(&child_signal, SIGCHLD);
  const int child_events = ::signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK);
  if (child_events < 0) report_exec_error();

  const pid_t watcher = ::getpid();
  // Saves a copy of all page tables; until exec the child only makes system calls.
  const pid_t child = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (child == 0) become_program(program, watcher);
  if (child < 0) report_exec_error();
  ::setpgid(child, child);  // here too, whoever comes first; it fails when the program already runs in its group
  ::close(STDOUT_FILENO);
  ::close(STDERR_FILENO);

  bool reported = false;
  bool end_asked = false;
  while (!end_asked) {
    if (!reported && ended(child)) {
      report_end(child);
      reported = true;
    }
    end_asked = wait_for_event(child_events, Watch::children_and_life, -1);
  }
  if (!ended(child)) {
    ::kill(-child, SIGTERM);
    for (const long long give_up = now_ms() + kTermGraceMs; !ended(child) && now_ms() < give_up;)
      wait_for_event(child_events, Watch::children, static_cast<int>(give_up - now_ms()));
  }
  kill_everything(child, child_events);
  ::_exit(0);
}

}  // namespace patchstate
