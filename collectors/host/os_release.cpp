// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/os_release.h"

#include <algorithm>
#include <optional>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

bool is_key(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// The value as a shell would read it, without expansion: quotes of both kinds, backslashes. nullopt when a quote stays
/// open or something follows the value that is no comment.
std::optional<std::string> unquoted(std::string_view text) {
  std::string value;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool more = i + 1 < text.size();
    if (quote == '\0' && kBlank.find(c) != std::string_view::npos) {
      const auto rest = trimmed(text.substr(i));
      return rest.empty() || rest.front() == '#' ? std::optional(value) : std::nullopt;
    }
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'') {
      // Between double quotes a backslash is one, unless before a character that means something there.
      const bool escapes =
          more && (quote == '\0' || std::string_view("\"\\$`").find(text[i + 1]) != std::string_view::npos);
      value += escapes ? text[++i] : c;
    } else {
      value += c;
    }
  }
  return quote == '\0' ? std::optional(value) : std::nullopt;
}

PackageTools tools_of(std::string_view id) {
  struct {
    std::string_view id;
    PackageTools tools;
  } constexpr kKnown[] = {{"debian", PackageTools::apt},
                          {"ubuntu", PackageTools::apt},
                          {"rhel", PackageTools::dnf},
                          {"fedora", PackageTools::dnf},
                          {"centos", PackageTools::dnf},
                          {"rocky", PackageTools::dnf},
                          {"almalinux", PackageTools::dnf},
                          {"ol", PackageTools::dnf},
                          {"amzn", PackageTools::dnf},
                          {"scientific", PackageTools::dnf},
                          {"cloudlinux", PackageTools::dnf},
                          {"mageia", PackageTools::dnf},
                          {"xenenterprise", PackageTools::dnf},
                          {"openeuler", PackageTools::dnf},
                          {"azurelinux", PackageTools::tdnf},
                          {"mariner", PackageTools::tdnf},
                          {"photon", PackageTools::tdnf},
                          {"suse", PackageTools::zypper},
                          {"opensuse", PackageTools::zypper},
                          {"opensuse-leap", PackageTools::zypper},
                          {"opensuse-tumbleweed", PackageTools::zypper},
                          {"sles", PackageTools::zypper},
                          {"sles_sap", PackageTools::zypper},
                          {"sled", PackageTools::zypper},
                          {"sle-micro", PackageTools::zypper},
                          {"suse-microos", PackageTools::zypper},
                          {"raspbian", PackageTools::apt},
                          {"linuxmint", PackageTools::apt},
                          {"kali", PackageTools::apt},
                          {"pop", PackageTools::apt}};
  for (const auto& [known, tools] : kKnown)
    if (id == known) return tools;
  return PackageTools::unknown;
}

}  // namespace

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
// ID=debian
// VERSION_ID='12'
// NAME=openSUSE\ Leap
// # a comment
std::map<std::string, std::string> parse_os_release(std::string_view text, std::vector<std::string>* not_understood) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::map<std::string, std::string> values;
  while (!text.empty()) {
    const auto whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const auto line = trimmed(whole);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const auto key = line.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::nullopt : unquoted(line.substr(equals + 1));
    if (is_key(key) && value)
      values[std::string(key)] = *value;  // the last one counts, as in a shell
    else if (not_understood != nullptr)
      not_understood->emplace_back(line);
  }
  return values;
}

std::string value_of(const std::map<std::string, std::string>& os_release, const char* key) {
  const auto found = os_release.find(key);
  return found == os_release.end() ? std::string() : found->second;
}

OperatingSystem operating_system(const std::map<std::string, std::string>& os_release) {
  constexpr std::size_t kMaxLength = 256;
  const auto value = [&](const char* key) { return clean_text(value_of(os_release, key), kMaxLength); };
  OperatingSystem os;
  os.id = value("ID");
  os.version_id = value("VERSION_ID");
  os.codename = value("VERSION_CODENAME");
  os.name = value("PRETTY_NAME");
  if (os.name.empty()) os.name = value("NAME");
  const std::string relatives = value("ID_LIKE");
  for (std::string_view rest = relatives; !(rest = trimmed(rest)).empty();) {
    const auto one = rest.substr(0, rest.find_first_of(kBlank));
    os.id_like.emplace_back(one);
    rest.remove_prefix(one.size());
  }
  return os;
}

BaseRelease base_release(const std::map<std::string, std::string>& os_release) {
  const auto value = [&](const char* key) { return value_of(os_release, key); };
  if (const std::string id = value("ID"); id == "debian" || id == "ubuntu" || id == "devuan") {
    BaseRelease own{id, value("VERSION_CODENAME"), value("VERSION_ID"), false};
    if (own.codename.empty()) own.codename = value("UBUNTU_CODENAME");
    // Devuan's testing has the number of the release to come, and two names: "excalibur ceres".
    own.rolling = id != "ubuntu" && (own.version.empty() || own.codename.find(' ') != std::string::npos);
    return own;
  }
  if (auto codename = value("UBUNTU_CODENAME"); !codename.empty()) return {"ubuntu", codename, {}, codename == "devel"};
  if (auto codename = value("DEBIAN_CODENAME"); !codename.empty()) return {"debian", codename, {}, codename == "sid"};
  return {};
}

PackageTools package_tools(const OperatingSystem& os) {
  if (const auto tools = tools_of(os.id); tools != PackageTools::unknown) return tools;
  for (const auto& relative : os.id_like)
    if (const auto tools = tools_of(relative); tools != PackageTools::unknown) return tools;
  return PackageTools::unknown;
}

}  // namespace patchstate
