// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_root_config.h"

#include <cstdlib>
#include <system_error>

#include <fmt/core.h>

#include "collectors/collector.h"
#include "platform/files.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

/// Whatever in the image's configuration would make apt run a program, and the places of the host's own programs.
constexpr const char* kRunNothingOfIt = R"(#clear Binary;
#clear AptCli;
#clear APT::Install::Pre-Invoke;
#clear APT::Install::Post-Invoke-Success;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Compressor;
#clear APT::Key;
#clear Acquire::http::Proxy-Auto-Detect;
#clear Acquire::http::ProxyAutoDetect;
#clear Acquire::https::Proxy-Auto-Detect;
#clear Acquire::https::ProxyAutoDetect;
#clear DPkg;
#clear Dir::Bin;
APT::Solver "internal";
APT::Planner "internal";
Dir::Bin::dpkg "/usr/bin/dpkg";
Dir::Bin::methods "/usr/lib/apt/methods";
// A system that is not running is judged as it will run, not as the chroot that apt's ischroot would see (phasing).
Dir::Bin::ischroot "/bin/false";
)";

/// Relative to `Dir`, whatever the image says: an absolute path of it would mean the host's file. RootDir, the other
/// way to move apt, would prefix the programs above too and so run the image's.
constexpr const char* kPlaces = R"(Dir::State "var/lib/apt/";
Dir::State::lists "lists/";
Dir::State::extended_states "extended_states";
Dir::Cache "var/cache/apt/";
Dir::Cache::archives "archives/";
Dir::Log "var/log/apt/";
Dir::Etc "etc/apt/";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::sourceparts "sources.list.d/";
Dir::Etc::preferences "preferences";
Dir::Etc::preferencesparts "preferences.d/";
Dir::Etc::netrc "auth.conf";
Dir::Etc::netrcparts "auth.conf.d/";
Dir::Etc::trusted "trusted.gpg";
Dir::Etc::trustedparts "trusted.gpg.d/";
)";

/// Read already, by the includes before; apt reads these two after $APT_CONFIG, so that they would win.
constexpr const char* kReadNoMore = "Dir::Etc::parts \"/dev/null\";\nDir::Etc::main \"/dev/null\";\n";

}  // namespace

std::string root_config(const fs::path& folder, const fs::path& status, const std::vector<std::string>& architectures) {
  const std::string place = folder.lexically_normal().string();
  for (const auto& path : {place, status.string()})
    if (path.find_first_of("\"\n;") != std::string::npos)
      throw CollectorError(FailureKind::unsupported,
                           "apt can't be pointed at a folder with a quote or semicolon in its name: " + path);
  std::string text = fmt::format("Dir \"{}/\";\n", place);
  if (!architectures.empty()) text += fmt::format("APT::Architecture \"{}\";\n", architectures.front());
  for (const auto& arch : architectures) text += fmt::format("APT::Architectures:: \"{}\";\n", arch);
  std::error_code error;
  if (fs::is_directory(below(folder, "/etc/apt/apt.conf.d"), error))
    text += fmt::format("#include \"{}/etc/apt/apt.conf.d/\";\n", place);
  if (fs::is_regular_file(below(folder, "/etc/apt/apt.conf"), error))
    text += fmt::format("#include \"{}/etc/apt/apt.conf\";\n", place);
  text += fmt::format("Dir \"{}/\";\n", place);
  text += kRunNothingOfIt;
  text += kPlaces;
  text += fmt::format("Dir::State::status \"{}\";\n", status.string());
  return text + kReadNoMore;
}

ConfigFile::ConfigFile(const fs::path& folder, const std::string& content) {
  fs::path place = folder;
  if (place.empty()) {
    std::string name = (fs::temp_directory_path() / "patchstate-apt-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "no temporary folder for apt's configuration: " + name);
    place = own_folder_ = name;
  }
  fs::create_directories(place);
  path_ = place / "apt-root.conf";
  write_atomically(path_, content);
}

ConfigFile::~ConfigFile() {
  std::error_code ignored;
  if (!own_folder_.empty()) fs::remove_all(own_folder_, ignored);
}

}  // namespace patchstate::apt
