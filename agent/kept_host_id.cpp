// SPDX-License-Identifier: Apache-2.0
#include "agent/kept_host_id.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "platform/files.h"
#include "platform/hash.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLength = 36;  ///< of a UUID

fs::path file_in(const fs::path& folder) {
  return folder / "host-id";
}

}  // namespace

std::string kept_host_id() {
  const auto folder = state_folder();
  if (folder.empty()) return {};
  try {
    std::string text = read_file_if_there(file_in(folder), kLength + 1).value_or("");
    if (text.ends_with('\n')) text.pop_back();
    const bool good = text.size() == kLength && text.find_first_not_of("0123456789abcdef-") == std::string::npos;
    return good ? text : std::string();
  } catch (const std::system_error&) {
    return {};
  }
}

std::string keep_host_id() {
  if (auto kept = kept_host_id(); !kept.empty()) return kept;
  const auto folder = state_folder();
  if (folder.empty())
    throw std::system_error(ENOENT, std::generic_category(), "this user has no home folder to keep an id in");
  fs::create_directories(folder);
  auto made = random_uuid();
  write_durably(file_in(folder), made + "\n", 0600);
  return made;
}

}  // namespace patchstate
