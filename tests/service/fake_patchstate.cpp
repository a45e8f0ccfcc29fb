// SPDX-License-Identifier: Apache-2.0
// Stands where patchstated looks for `patchstate`: writes down that it was started, and answers what its folder says.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr int kLater = 75;

void write_down(std::string_view what) {
  const int file = ::open("programs", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || ::write(file, what.data(), what.size()) != static_cast<ssize_t>(what.size())) std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  const char* const folder = std::getenv("STATE_DIRECTORY");
  if (folder == nullptr || ::chdir(folder) != 0) return EXIT_FAILURE;
  if (command == "settings") {
    std::printf("interval=21600\nstart_delay=0\nsettle=10\nhub=yes\nseed=4321\nwatch=%s/watched\n", folder);
  } else if (command == "assess") {
    write_down("a");
    std::puts("compliant: 0 security, 0 other, 0 unclassified updates pending");
  } else if (command == "send") {
    write_down("s");
    const bool down = ::access("hub-is-down", F_OK) == 0;
    std::puts(down ? "next=3600\n1 report waits" : "1 report sent");
    return down ? kLater : EXIT_SUCCESS;
  }
  return EXIT_SUCCESS;
}
