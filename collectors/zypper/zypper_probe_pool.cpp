// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe_pool.h"

#include <cstdio>
#include <cstring>

extern "C" {
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/repo_solv.h>
#include <solv/solvversion.h>
}
#include <sys/utsname.h>

#include "collectors/zypper/zypper_probe_cookies.h"

namespace patchstate::zypper {
namespace {

/// The problem, or nothing.
std::string add(Pool* pool, const std::string& root, const std::string& alias) {
  const std::string path = cache_folder(root, alias) + "/solv";
  const rpm::FileOwner file(std::fopen(path.c_str(), "re"));
  if (!file) return path + " can't be read";
  Repo* const repo = repo_create(pool, alias.c_str());
  if (repo_add_solv(repo, file.get(), 0) != 0) return path + ": " + pool_errstr(pool);
  // libzypp does not take what another version's parser has written.
  const char* const made_by = repo_lookup_str(repo, SOLVID_META, REPOSITORY_TOOLVERSION);
  if (made_by == nullptr || std::strcmp(made_by, LIBSOLV_TOOLVERSION) != 0) return path + " is of another libsolv";
  if (alias == "@System") pool_set_installed(pool, repo);
  return {};
}

}  // namespace

LoadedPool load_pool(const std::string& root, const std::vector<ProbedRepository>& repositories) {
  LoadedPool loaded;
  PoolOwner pool(pool_create());
  pool_setdisttype(pool.get(), DISTTYPE_RPM);  // Debian's libsolv would compare versions as dpkg does
  utsname machine{};
  if (uname(&machine) != 0) {
    loaded.stale = "the architecture is not known";
    return loaded;
  }
  pool_setarch(pool.get(), machine.machine);
  if (!is_system_current(pool.get(), root)) {
    loaded.stale = "what is installed has changed since zypper looked";
    return loaded;
  }
  for (const auto& one : repositories)
    if (!is_repository_current(pool.get(), root, one)) {
      loaded.stale = one.alias + " has changed since zypper parsed it";
      return loaded;
    }
  loaded.stale = add(pool.get(), root, "@System");
  for (const auto& one : repositories)
    if (loaded.stale.empty()) loaded.stale = add(pool.get(), root, one.alias);
  if (!loaded.stale.empty()) return loaded;
  pool_addfileprovides(pool.get());
  pool_createwhatprovides(pool.get());
  loaded.pool = std::move(pool);
  return loaded;
}

}  // namespace patchstate::zypper
