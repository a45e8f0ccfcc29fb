// SPDX-License-Identifier: Apache-2.0
// commands.json of a recording that somebody else made.
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "agent/recording_json.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    char name[] = "/dev/shm/patchstate-fuzz-XXXXXX";
    test::must(mkdtemp(name) != nullptr, "a temporary folder can be made");
    path = name;
    std::filesystem::create_directory(path / "commands");
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

void fuzz(std::string_view input) {
  static const Folder folder;
  std::ofstream(folder.path / "commands.json", std::ios::trunc) << input;
  try {
    read_recording(folder.path);
  } catch (const std::invalid_argument&) {
  } catch (const std::system_error&) {
  }
}
