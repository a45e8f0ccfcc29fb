// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/process_start.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/os_error.h"
#include "platform/linux/process_watcher.h"

namespace patchstate {
namespace {

/// Without /usr/local: some systems put scripts named like package tools there (Linux Mint's apt).
constexpr const char* kProgramPath = "/usr/sbin:/usr/bin:/sbin:/bin";

constexpr const char* kOutputVariable = "PATCHSTATE_OUTPUT";  ///< number of a descriptor

constexpr int kLargestPipe = 1 << 20;  ///< that a user may have by default (/proc/sys/fs/pipe-max-size)

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

UniqueFd above_fixed_places(int fd) {
  UniqueFd low(fd);
  if (low.get() >= kFirstFreeFd) return low;
  UniqueFd high(low ? ::fcntl(low.get(), F_DUPFD_CLOEXEC, kFirstFreeFd) : -1);
  if (!high) throw os_error(errno, "cannot start a program");
  return high;
}

Pipe make_pipe() {
  int fds[2] = {-1, -1};
  if (::pipe2(fds, O_CLOEXEC) != 0) throw os_error(errno, "cannot start a program");
  UniqueFd write(fds[1]);
  Pipe pipe;
  pipe.read = above_fixed_places(fds[0]);
  pipe.write = above_fixed_places(write.release());
  return pipe;
}

std::vector<std::string> clean_environment(const Command& command) {
  std::vector<std::pair<std::string, std::string>> variables = {
      {"LC_ALL", "C.UTF-8"}, {"PATH", kProgramPath}, {"HOME", "/nonexistent"}};
  if (command.shares_output) variables.emplace_back(kOutputVariable, std::to_string(kSharedOutput));
  for (const auto& added : command.environment) {
    const auto same = [&added](const auto& variable) { return variable.first == added.first; };
    variables.erase(std::remove_if(variables.begin(), variables.end(), same), variables.end());
    variables.push_back(added);
  }
  std::vector<std::string> texts;
  texts.reserve(variables.size());
  for (const auto& [name, value] : variables) texts.emplace_back(name).append("=").append(value);
  return texts;
}

/// A NUL would silently cut an argument short.
bool has_nul(const Command& command) {
  const auto bad = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  return std::any_of(command.argv.begin(), command.argv.end(), bad) ||
         std::any_of(command.environment.begin(), command.environment.end(),
                     [&](const auto& variable) { return bad(variable.first) || bad(variable.second); });
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // execve does not write there
  all.push_back(nullptr);
  return all;
}

/// Blocks all signals around the fork: none of our handlers may run in the child.
pid_t fork_watcher(const WatchedProgram& program) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) watch_program(program);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw os_error(error, "cannot start a program");
  return pid;
}

std::string path_of(const Command& command) {
  const std::string& program = command.argv[0];
  return program.starts_with('/') ? program : find_program(program);
}

}  // namespace

std::FILE* shared_output() {
  const char* const number = std::getenv(kOutputVariable);
  if (number == nullptr) return stdout;
  return ::fdopen(static_cast<int>(std::strtol(number, nullptr, 10)), "a");
}

std::string find_program(const std::string& program) {
  if (program.empty() || program.find('/') != std::string::npos) return {};
  std::string_view folders = kProgramPath;
  while (!folders.empty()) {
    const auto end = std::min(folders.find(':'), folders.size());
    std::string path = std::string(folders.substr(0, end)) + "/" + program;
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0) return path;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return {};
}

StartedProcess start_process(const Command& command) {
  StartedProcess started;
  if (command.argv.empty() || has_nul(command)) {
    started.error = EINVAL;
    return started;
  }
  const std::string path = path_of(command);
  if (path.empty()) {
    started.error = ENOENT;
    return started;
  }
  const std::vector<std::string> environment = clean_environment(command);
  const std::vector<char*> argv_pointers = pointers(command.argv);
  const std::vector<char*> environment_pointers = pointers(environment);
  const UniqueFd input = above_fixed_places(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd output =
      command.shares_output ? above_fixed_places(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)) : UniqueFd();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe life = make_pipe();
  Pipe report = make_pipe();
  // More than a program says while it is gathered; refused to a user who has many pipes, and then it waits for us.
  ::fcntl(out.read.get(), F_SETPIPE_SZ, kLargestPipe);
  ::fcntl(out.read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(err.read.get(), F_SETFL, O_NONBLOCK);

  started.watcher = fork_watcher({path.c_str(), argv_pointers.data(), environment_pointers.data(), input.get(),
                                  out.write.get(), err.write.get(), life.read.get(), report.write.get(),
                                  output ? output.get() : -1, command.memory_cap});
  started.out = std::move(out.read);
  started.err = std::move(err.read);
  started.life = std::move(life.write);
  started.report = std::move(report.read);
  return started;
}

}  // namespace patchstate
