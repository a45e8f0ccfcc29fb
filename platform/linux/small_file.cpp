// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/small_file.h"

#include <algorithm>

namespace patchstate {

std::string first_line(const std::filesystem::path& path) {
  std::string text = small_file(path);
  text.resize(std::min(text.find('\n'), text.size()));
  constexpr const char* kBlank = " \t\r";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  return text;
}

}  // namespace patchstate
