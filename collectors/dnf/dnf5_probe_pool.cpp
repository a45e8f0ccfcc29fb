// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_probe_pool.h"

#include <algorithm>
#include <array>
#include <string_view>

extern "C" {
#include <solv/chksum.h>
#include <solv/knownid.h>
#include <solv/repo.h>
#include <solv/repo_rpmdb.h>
#include <solv/repo_solv.h>
#include <solv/solvversion.h>
#include <solv/util.h>
}
#include <sys/utsname.h>

namespace patchstate::dnf {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHashSize = 32;
constexpr std::size_t kVersionSize = 8;

rpm::FileOwner open(const std::string& path) {
  return rpm::FileOwner(std::fopen(path.c_str(), "re"));
}

/// libdnf5's checksum of repomd.xml; empty: it can't be read.
std::string hash_of(const std::string& path) {
  const auto file = open(path);
  if (!file) return {};
  Chksum* const sum = solv_chksum_create(REPOKEY_TYPE_SHA256);
  solv_chksum_add(sum, "H000", 4);
  std::array<char, 65536> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), file.get()))
    solv_chksum_add(sum, part.data(), static_cast<int>(size));
  std::array<unsigned char, kHashSize> hash{};
  solv_chksum_free(sum, hash.data());
  return std::ferror(file.get()) != 0 ? std::string() : std::string(hash.begin(), hash.end());
}

/// What libdnf5 writes ahead of a copy: a word, the version of its format, libsolv's, and what it was made from.
std::string mark_of(const std::string& hash) {
  std::string parser(LIBSOLV_TOOLVERSION);
  parser.insert(0, kVersionSize - std::min(kVersionSize, parser.size()), '\0');
  return std::string("\0dnf\0001.0"sv) + parser + hash;
}

/// The problem, or nothing.
std::string add(Repo* repo, const std::string& path, const std::string& mark) {
  const auto file = open(path);
  if (!file) return path + " can't be read";
  unsigned char* data = nullptr;
  int size = 0;
  if (solv_read_userdata(file.get(), &data, &size) != 0) return path + " is none of libsolv's";
  const std::string found(data, data + size);
  solv_free(data);
  if (found != mark) return path + " is not of the metadata that are there";
  std::rewind(file.get());
  if (repo_add_solv(repo, file.get(), 0) != 0) return path + ": " + pool_errstr(repo->pool);
  return {};
}

bool names_advisories(Repo* repo) {
  bool named = false;
  const auto look = [&] { named = named || rpm::text_here(repo->pool, REPOSITORY_REPOMD_TYPE) == "updateinfo"; };
  rpm::for_each_entry(repo->pool, SOLVID_META, REPOSITORY_REPOMD, look, repo);
  return named;
}

std::string add_repository(Pool* pool, const std::string& root, const ProbedRepository& one) {
  const std::string folder = root + one.cache;
  const std::string hash = hash_of(folder + "/repodata/repomd.xml");
  if (hash.empty()) return one.id + " has no repomd.xml that can be read";
  Repo* const repo = repo_create(pool, one.id.c_str());
  const std::string copies = folder + "/solv/" + one.id;
  std::string problem = add(repo, copies + ".solv", mark_of(hash));
  if (problem.empty() && names_advisories(repo)) problem = add(repo, copies + "-updateinfo.solvx", mark_of(hash));
  return problem;
}

std::string add_installed(Pool* pool) {
  Repo* const repo = repo_create(pool, "@System");
  pool_set_installed(pool, repo);
  if (repo_add_rpmdb(repo, nullptr, REPO_REUSE_REPODATA | REPO_USE_ROOTDIR) == 0) return {};
  return std::string("the rpm database: ") + pool_errstr(pool);
}

}  // namespace

LoadedPool load_pool(const std::string& root, const std::vector<ProbedRepository>& repositories) {
  LoadedPool loaded;
  rpm::PoolOwner pool(pool_create());
  pool_setdisttype(pool.get(), DISTTYPE_RPM);  // Debian's libsolv would compare versions as dpkg does
  utsname machine{};
  if (uname(&machine) != 0) {
    loaded.stale = "the architecture is not known";
    return loaded;
  }
  // As rpm, and as libsolv for Fedora is built: two architectures of one package don't exclude each other.
  pool_set_flag(pool.get(), POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1);
  pool_setarch(pool.get(), machine.machine);
  pool_set_rootdir(pool.get(), root.empty() ? nullptr : root.c_str());
  for (const auto& one : repositories)
    if (loaded.stale.empty()) loaded.stale = add_repository(pool.get(), root, one);
  if (loaded.stale.empty()) loaded.stale = add_installed(pool.get());
  if (!loaded.stale.empty()) return loaded;
  pool_addfileprovides(pool.get());
  pool_createwhatprovides(pool.get());
  loaded.pool = std::move(pool);
  return loaded;
}

}  // namespace patchstate::dnf
