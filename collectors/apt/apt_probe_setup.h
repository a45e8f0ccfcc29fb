// SPDX-License-Identifier: Apache-2.0
// Points libapt-pkg at the system below a root without letting it write there or run anything of it. Part of the probe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <apt-pkg/cachefile.h>

namespace patchstate::apt {

struct ProbeOptions {
  std::string root = "/";
  std::string cache;  ///< our own cache folder; empty: libapt builds its cache in memory
  /// Folder that stands for "/" in apt's own paths (sources, lists), while the dpkg status stays that of `root`:
  /// Ubuntu's pro client keeps the lists of its offers in such a folder. Empty: the root itself.
  std::string apt;
};

/// Loads the configuration below the root. What could not be read is on libapt's error stack afterwards.
void configure(const ProbeOptions& options);

/// pkgCacheFile that goes on with the sources it could read.
class TolerantCacheFile : public pkgCacheFile {
 public:
  void read_sources();
};

/// Builds or maps the package cache; on a cache folder that can't be written, in memory. False: the errors are on the
/// stack.
bool open_cache(TolerantCacheFile& file);

std::vector<std::string> architectures();

}  // namespace patchstate::apt
