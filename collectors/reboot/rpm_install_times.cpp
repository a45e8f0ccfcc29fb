// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/rpm_install_times.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"
#include "collectors/rpm/rpm_database.h"
#include "platform/files.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;
using Reading = RpmInstallTimes::Reading;

constexpr std::size_t kLargestList = 64U << 10U;
constexpr std::size_t kLargestAnswer = 4U << 20U;
constexpr std::size_t kMostNames = 1000;

/// needs_restarting.py of dnf-plugins-core, and the packages that carry a kernel's files.
constexpr const char* kDnfNames[] = {"kernel",         "kernel-core", "kernel-rt",  "kernel-rt-core", "kernel-uek",
                                     "kernel-default", "glibc",       "systemd",    "linux-firmware", "microcode_ctl",
                                     "dbus",           "dbus-broker", "dbus-daemon"};
/// libdnf5 has these beside them.
constexpr const char* kDnf5Names[] = {"kernel-smp", "kernel-xen", "udev", "gnutls", "openssl-libs"};

/// A name as rpm takes it: what begins with "-" would be an option.
bool is_package_name(std::string_view word) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.' || c == '_';
  };
  return !word.empty() && word.size() < 200 && word.front() != '-' && std::all_of(word.begin(), word.end(), is_fit);
}

void add_names(std::string_view text, std::set<std::string>& names) {
  while (!text.empty() && names.size() < kMostNames) {
    const auto end = text.find('\n');
    const auto word = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (is_package_name(word)) names.emplace(word);
  }
}

/// One of the administrator's replaces one of the same name that a package brought.
std::map<std::string, fs::path> drop_ins(const fs::path& root) {
  std::map<std::string, fs::path> files;
  for (const char* const folder :
       {"/usr/share/dnf5/suggest-reboot.d", "/etc/dnf/suggest-reboot.d", "/etc/dnf/plugins/needs-restarting.d"}) {
    std::error_code error;
    for (fs::directory_iterator entry(below(root, folder), error), end; !error && entry != end; entry.increment(error))
      if (entry->path().extension() == ".conf") files[entry->path().filename().string()] = entry->path();
  }
  return files;
}

/// What rpm said, kept for the same question to the same database.
class KeptAnswer {
 public:
  KeptAnswer(const fs::path& cache, const std::string& stamp, const std::vector<std::string>& names) : cache_(cache) {
    std::string question = stamp;
    for (const auto& name : names) question += name + "\n";
    key_ = sha256_hex(question);
  }

  std::optional<std::vector<rpm::InstalledPackage>> find() const {
    if (cache_.empty()) return std::nullopt;
    try {
      const auto text = read_file_if_there(file(), kLargestAnswer);
      if (!text || !text->starts_with(key_ + "\n") || !text->ends_with("\nend\n")) return std::nullopt;
      const auto lines = std::string_view(*text).substr(key_.size() + 1);
      auto list = rpm::parse_rpm_list(lines.substr(0, lines.size() - 4));
      if (!list.not_understood.empty()) return std::nullopt;
      return std::move(list.packages);
    } catch (const std::system_error&) {
      return std::nullopt;  // then rpm is asked
    }
  }

  void keep(const std::vector<rpm::InstalledPackage>& packages) const {
    if (cache_.empty()) return;
    std::string text = key_ + "\n";
    for (const auto& package : packages)
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", package.name, package.evr.epoch, package.evr.version,
                          package.evr.release, package.arch,
                          package.installed ? package.installed->time_since_epoch().count() : 0, package.vendor);
    try {
      write_atomically(file(), text + "end\n", 0600);
    } catch (const std::system_error&) {
      return;  // it costs speed, nothing else
    }
  }

 private:
  fs::path file() const { return cache_ / "reboot-packages"; }
  fs::path cache_;
  std::string key_;
};

}  // namespace

std::vector<std::string> names_that_need_a_reboot(const fs::path& root) {
  std::set<std::string> names(std::begin(kDnfNames), std::end(kDnfNames));
  if (is_in_root(root, "/usr/bin/dnf5")) names.insert(std::begin(kDnf5Names), std::end(kDnf5Names));
  for (const auto& [name, file] : drop_ins(root)) {
    try {
      add_names(read_head(file, kLargestList), names);
    } catch (const std::system_error&) {
      continue;  // dnf passes over it as well
    }
  }
  return {names.begin(), names.end()};
}

RpmInstallTimes read_rpm_install_times(const HostAccess& access, std::chrono::milliseconds deadline) {
  // Where dpkg rules, rpm is a tool like any other (alien), and its database is not this system's.
  if (is_in_root(access.root, "/var/lib/dpkg/status")) return {};
  const std::string stamp = rpm::stamp_rpm_database(access.root);
  if (stamp.empty()) return {};
  const auto names = names_that_need_a_reboot(access.root);
  const KeptAnswer kept(access.cache, stamp, names);
  if (auto packages = kept.find()) return {Reading::looked, {}, std::move(*packages)};
  try {
    auto packages = rpm::installed_packages(access, names, deadline);
    // No system of rpm's is without all of them: this is not its database.
    if (packages.empty())
      return {Reading::unknown, "the rpm database names neither a C library nor a kernel nor an init system", {}};
    kept.keep(packages);
    return {Reading::looked, {}, std::move(packages)};
  } catch (const std::runtime_error& error) {  // CollectorError, std::system_error
    return {Reading::unknown, error.what(), {}};
  }
}

std::vector<rpm::InstalledPackage> installed_after(const std::vector<rpm::InstalledPackage>& packages, Time boot) {
  std::vector<rpm::InstalledPackage> after;
  std::copy_if(packages.begin(), packages.end(), std::back_inserter(after),
               [&](const rpm::InstalledPackage& package) { return package.installed && *package.installed > boot; });
  std::stable_sort(after.begin(), after.end(), [](const auto& a, const auto& b) { return a.installed > b.installed; });
  std::set<std::string> seen;
  std::erase_if(after, [&](const rpm::InstalledPackage& package) { return !seen.insert(package.name).second; });
  return after;
}

}  // namespace patchstate
