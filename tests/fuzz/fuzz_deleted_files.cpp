// SPDX-License-Identifier: Apache-2.0
// /proc/PID/maps: a process chooses the names that stand there.
#include <filesystem>
#include <fstream>
#include <string>

#include "platform/machine.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

std::filesystem::path proc_folder() {
  char name[] = "/dev/shm/patchstate-fuzz-XXXXXX";
  test::must(mkdtemp(name) != nullptr, "a temporary folder can be made");
  const std::filesystem::path folder = name;
  std::filesystem::create_directories(folder / "42");
  std::filesystem::create_symlink("/usr/sbin/daemon", folder / "42/exe");
  std::ofstream(folder / "42/comm") << "daemon\n";
  return folder;
}

struct Proc {
  std::filesystem::path folder = proc_folder();
  ~Proc() { std::filesystem::remove_all(folder); }
};

}  // namespace

void fuzz(std::string_view input) {
  static const Proc proc;
  std::ofstream(proc.folder / "42/maps", std::ios::trunc) << input;
  const auto scan = scan_deleted_files(proc.folder, std::chrono::seconds{5});
  test::must(
      scan.readable + scan.unreadable <= 1 && (input.empty() || scan.readable == 1) && scan.processes.size() <= 1,
      "one process is counted once");
}
