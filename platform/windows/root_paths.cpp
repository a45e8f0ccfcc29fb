// SPDX-License-Identifier: Apache-2.0
#include <windows.h>

#include "platform/files.h"
#include "platform/windows/wide.h"

namespace patchstate {

namespace fs = std::filesystem;

fs::path below(const fs::path& root, std::string_view p) {
  return root / fs::path(p).relative_path();
}

// Only the running system is looked at on Windows, and there are no images whose links would lead out of them.
fs::path resolve_in_root(const fs::path& root, std::string_view p) {
  return below(root, p);
}

bool is_in_root(const fs::path& root, std::string_view p) {
  return ::GetFileAttributesW(api_path(below(root, p)).c_str()) != INVALID_FILE_ATTRIBUTES;
}

}  // namespace patchstate
