// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

#include <unistd.h>

#include "platform/files.h"
#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// Target of a symbolic link; empty when `path` is none, or nothing is there (whoever opens it will see why).
std::string link_target(const fs::path& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

/// Puts the parts of `path` on a stack, the first on top.
void push_parts(std::vector<std::string>& parts, std::string_view path) {
  std::vector<std::string> found;
  for (const auto& part : fs::path(path).relative_path())
    if (!part.empty() && part != ".") found.push_back(part.string());
  parts.insert(parts.end(), found.rbegin(), found.rend());
}

}  // namespace

fs::path below(const fs::path& root, std::string_view p) {
  return root / fs::path(p).relative_path();
}

fs::path resolve_in_root(const fs::path& root, std::string_view p) {
  constexpr int kMaxLinks = 40;  // as the kernel does
  std::vector<std::string> waiting;
  push_parts(waiting, p);
  fs::path resolved = root;
  int depth = 0;  // parts of `resolved` below the root
  int links = 0;
  while (!waiting.empty()) {
    const std::string part = std::move(waiting.back());
    waiting.pop_back();
    if (part == "..") {
      if (depth > 0) resolved = resolved.parent_path();
      depth = std::max(depth - 1, 0);
      continue;
    }
    const fs::path next = resolved / part;
    const std::string target = link_target(next);
    if (target.empty()) {
      if (next.native().size() >= PATH_MAX) throw os_error(ENAMETOOLONG, "cannot resolve", below(root, p));
      resolved = next;
      ++depth;
      continue;
    }
    if (++links > kMaxLinks) throw os_error(ELOOP, "cannot resolve", below(root, p));
    if (target.front() == '/') {
      resolved = root;
      depth = 0;
    }
    push_parts(waiting, target);
  }
  return resolved;
}

bool is_in_root(const fs::path& root, std::string_view p) {
  try {
    return ::access(resolve_in_root(root, p).c_str(), F_OK) == 0;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace patchstate
