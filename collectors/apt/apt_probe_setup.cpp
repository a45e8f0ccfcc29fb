// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_probe_setup.h"

#include <fstream>

#include <apt-pkg/aptconfiguration.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/error.h>
#include <apt-pkg/init.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/sourcelist.h>
#include <sys/stat.h>
#include <unistd.h>

namespace patchstate::apt {
namespace {

constexpr std::size_t kMostStatusLines = 2'000'000;

/// Architecture of the dpkg package itself: the native one of an image that has no var/lib/dpkg/arch.
std::string architecture_of_dpkg(const std::string& status_file) {
  std::ifstream status(status_file);
  std::string line;
  bool in_dpkg = false;
  for (std::size_t lines = 0; lines < kMostStatusLines && std::getline(status, line); ++lines) {
    if (line.rfind("Package: ", 0) == 0) in_dpkg = line == "Package: dpkg";
    if (in_dpkg && line.rfind("Architecture: ", 0) == 0) return line.substr(std::string("Architecture: ").size());
  }
  return {};
}

/// Read from the root instead of letting libapt fork dpkg twice (4 ms), which would also ask the wrong system.
void set_architectures(const std::string& root, const std::string& status_file) {
  if (_config->Exists("APT::Architectures")) return;
  std::vector<std::string> architectures;
  std::ifstream file(root + "var/lib/dpkg/arch");
  for (std::string line; architectures.size() < 64 && std::getline(file, line);)
    if (!line.empty()) architectures.push_back(line);
  std::string native = architectures.empty() ? std::string() : architectures.front();
  if (native.empty() && root != "/") native = architecture_of_dpkg(status_file);
  if (native.empty()) native = _config->Find("APT::Architecture");
  _config->Set("APT::Architecture", native);
  if (architectures.empty()) architectures.push_back(native);
  for (const auto& one : architectures) _config->Set("APT::Architectures::", one);
}

/// An absolute path in the image's apt.conf means a place in the image.
void move_below_root(const std::string& root) {
  if (root == "/") return;
  for (const char* const key :
       {"Dir::State", "Dir::State::lists", "Dir::State::status", "Dir::State::extended_states", "Dir::Etc",
        "Dir::Etc::sourcelist", "Dir::Etc::sourceparts", "Dir::Etc::preferences", "Dir::Etc::preferencesparts"}) {
    const std::string value = _config->Find(key);
    if (value.empty() || value[0] != '/' || value.rfind(root, 0) == 0 || value == "/dev/null") continue;
    _config->Set(key, root + value.substr(1));
  }
}

/// apt.conf must not make us run a program: solvers and compressors are the two ways it could.
void run_nothing(const std::string& root) {
  _config->Set("APT::Solver", "internal");
  _config->Clear("APT::Compressor");
  // A system that is not running is judged as it will run, not as the chroot that libapt's ischroot would see.
  if (root != "/") _config->Set("Dir::Bin::ischroot", "/bin/false");
}

/// Our own copy when there is a newer one, else a link to apt's: libapt validates either, and replaces ours (rename, so
/// the link and never its target) when it is out of date.
void prepare_cache_file(const std::string& own, const std::string& of_apt) {
  struct stat ours {};
  struct stat theirs {};
  if (stat(of_apt.c_str(), &theirs) != 0) {
    if (lstat(own.c_str(), &ours) == 0 && S_ISLNK(ours.st_mode)) unlink(own.c_str());
    return;
  }
  const bool have = lstat(own.c_str(), &ours) == 0;
  if (have && S_ISREG(ours.st_mode) && ours.st_mtime >= theirs.st_mtime) return;
  if (have) unlink(own.c_str());
  if (symlink(of_apt.c_str(), own.c_str()) != 0) return;  // without it the cache is built anew: slower, not wrong
}

void use_own_cache(const ProbeOptions& options) {
  const std::string prefix = options.apt.empty() ? "/" : "/offers-";
  for (const char* const name : {"pkgcache", "srcpkgcache"}) {
    const std::string key = std::string("Dir::Cache::") + name;
    const std::string of_apt = _config->FindFile(key.c_str());
    const std::string own = options.cache.empty() ? std::string() : options.cache + prefix + name + ".bin";
    if (!own.empty() && !of_apt.empty()) prepare_cache_file(own, of_apt);
    _config->Set(key, own);
  }
}

}  // namespace

void configure(const ProbeOptions& options) {
  std::string root = options.root;
  if (root.empty() || root.back() != '/') root += '/';
  const std::string apt_root = options.apt.empty() ? root : options.apt + "/";
  const std::string status = root + "var/lib/dpkg/status";
  _config->Set("Dir", apt_root);
  if (root != "/" || !options.apt.empty()) _config->Set("Dir::State::status", status);
  unsetenv("APT_CONFIG");
  pkgInitConfig(*_config);
  move_below_root(apt_root);
  if (!options.apt.empty()) _config->Set("Dir::State::status", status);
  run_nothing(root);
  set_architectures(root, status);
  pkgInitSystem(*_config, _system);
  use_own_cache(options);
}

void TolerantCacheFile::read_sources() {
  auto sources = std::make_unique<pkgSourceList>();
  sources->ReadMainList();
  SrcList = sources.release();  // pkgCacheFile deletes it
}

bool open_cache(TolerantCacheFile& file) {
  if (file.BuildCaches(nullptr, false)) return true;
  if (_config->Find("Dir::Cache::pkgcache").empty()) return false;
  _error->Discard();
  for (const char* const key : {"Dir::Cache::pkgcache", "Dir::Cache::srcpkgcache"}) _config->Set(key, "");
  return file.BuildCaches(nullptr, false);
}

std::vector<std::string> architectures() {
  return APT::Configuration::getArchitectures();
}

}  // namespace patchstate::apt
