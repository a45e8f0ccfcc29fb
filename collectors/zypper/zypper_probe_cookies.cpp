// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe_cookies.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

extern "C" {
#include <solv/chksum.h>
#include <solv/knownid.h>
#include <solv/repo_rpmdb.h>
}
#include <sys/stat.h>
#include <sys/utsname.h>

#include "collectors/blanks.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

/// libzypp appends one to each checksum; it counts on when caches have to be built anew. 42: until 17.25, 43: since.
constexpr std::array kGenerations = {"42", "43"};
constexpr std::size_t kLargestFile = 4U << 20U;

std::optional<std::string> content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) return std::nullopt;
  return text;
}

std::string hex(Pool* pool, Chksum* checksum) {
  int length = 0;
  const unsigned char* const bytes = solv_chksum_get(checksum, &length);
  std::string text = pool_bin2hex(pool, bytes, length);
  solv_chksum_free(checksum, nullptr);
  return text;
}

std::string sha1(Pool* pool, std::string_view text) {
  Chksum* const checksum = solv_chksum_create(REPOKEY_TYPE_SHA1);
  solv_chksum_add(checksum, text.data(), static_cast<int>(text.size()));
  return hex(pool, checksum);
}

/// Whether the cookie is what libzypp makes of these checksums: one as it is, of several the checksum of them, sorted.
bool is_made_of(Pool* pool, const std::string& cookie, const std::vector<std::string>& checksums) {
  return std::any_of(kGenerations.begin(), kGenerations.end(), [&](const char* generation) {
    std::set<std::string> all;
    for (const auto& one : checksums) all.insert(one + generation);
    std::string joined;
    for (const auto& one : all) joined += one;
    return cookie == (all.size() == 1 ? joined : sha1(pool, joined));
  });
}

/// "CHECKSUM TIME"
std::string read_cookie(const std::string& folder) {
  const auto text = content(folder + "/cookie");
  return text ? text->substr(0, text->find(' ')) : std::string();
}

std::string hash_of_rpm_database(Pool* pool, const std::string& root) {
  void* const state = rpm_state_create(pool, root.c_str());
  Chksum* const checksum = solv_chksum_create(REPOKEY_TYPE_SHA1);
  const bool read = rpm_hash_database_state(state, checksum) == 0;
  std::string text = hex(pool, checksum);
  rpm_state_free(state);
  return read ? text : std::string();
}

/// The newest change of a folder or of one below it; links are not followed.
std::optional<std::time_t> newest_folder(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return std::nullopt;
  std::time_t newest = facts.st_mtime;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (lstat(entry->path().c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) newest = std::max(newest, facts.st_mtime);
  return newest;
}

/// The value of `key` in a section of an INI file ("" for one without sections), or nothing.
std::string_view value_of(std::string_view text, const std::string& section, std::string_view key) {
  bool inside = section.empty();
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('[')) inside = line == "[" + section + "]";
    const auto equals = line.find('=');
    if (inside && equals != std::string_view::npos && trimmed(line.substr(0, equals)) == key)
      return trimmed(line.substr(equals + 1));
  }
  return {};
}

void replace_all(std::string& text, const std::string& what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// As libzypp writes it; what it does beyond this (passwords, other variables) ends in another checksum.
std::string address_of(const std::string& root, const ProbedRepository& repository) {
  const auto configured = content(root + repository.file);
  if (!configured) return {};
  std::string url(value_of(*configured, repository.alias, "baseurl"));
  utsname machine{};
  if (uname(&machine) != 0) return {};
  const std::string system = content(root + "/etc/os-release").value_or("");
  std::string version(value_of(system, "", "VERSION_ID"));
  version.erase(std::remove(version.begin(), version.end(), '"'), version.end());
  for (const auto& [name, value] :
       {std::pair{"releasever", version}, std::pair{"basearch", std::string(machine.machine)},
        std::pair{"arch", std::string(machine.machine)}}) {
    replace_all(url, std::string("$") + name, value);
    replace_all(url, std::string("${") + name + "}", value);
  }
  if (url.starts_with("file:///") || url.starts_with("dir:///")) url.erase(url.find(':') + 1, 2);
  return url;
}

}  // namespace

std::string cache_folder(const std::string& root, const std::string& alias) {
  std::string escaped = alias;
  std::replace(escaped.begin(), escaped.end(), '/', '_');
  return root + "/var/cache/zypp/solv/" + escaped;
}

bool is_system_current(Pool* pool, const std::string& root) {
  const std::string cookie = read_cookie(cache_folder(root, "@System"));
  const std::string database = hash_of_rpm_database(pool, root.empty() ? "/" : root);
  if (cookie.empty() || database.empty()) return false;
  std::vector<std::string> checksums = {database};
  if (const auto products = newest_folder(root + "/etc/products.d"))
    checksums.push_back(sha1(pool, std::to_string(*products)));
  return is_made_of(pool, cookie, checksums);
}

bool is_repository_current(Pool* pool, const std::string& root, const ProbedRepository& repository) {
  const std::string cookie = read_cookie(cache_folder(root, repository.alias));
  std::string escaped = repository.alias;
  std::replace(escaped.begin(), escaped.end(), '/', '_');
  const std::string raw = root + "/var/cache/zypp/raw/" + escaped;
  const auto repomd = content(raw + "/repodata/repomd.xml");
  const std::string address = address_of(root, repository);
  if (cookie.empty() || !repomd || address.empty()) return false;
  std::vector<std::string> checksums = {sha1(pool, *repomd), sha1(pool, address)};
  if (is_made_of(pool, cookie, checksums)) return true;
  const auto media = content(raw + "/media.1/media");  // counts for some repositories only
  if (!media) return false;
  checksums.push_back(sha1(pool, *media));
  return is_made_of(pool, cookie, checksums);
}

}  // namespace patchstate::zypper
