// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_list_output.h"

#include <array>

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

constexpr std::array<std::string_view, 4> kChatter = {"Listing...", "WARNING: apt does not have a stable CLI",
                                                      "N: ", "Reading "};

bool is_chatter(std::string_view line) {
  for (const auto one : kChatter)
    if (line.starts_with(one)) return true;
  return line.empty();
}

bool read_upgrade(std::string_view line, ListedUpgrade& upgrade) {
  constexpr std::string_view kFrom = "[upgradable from: ";
  const auto slash = line.find('/');
  const auto from = line.find(kFrom);
  if (slash == std::string_view::npos || from == std::string_view::npos || !line.ends_with(']')) return false;
  const auto name = line.substr(0, slash);
  const auto installed = line.substr(from + kFrom.size(), line.size() - from - kFrom.size() - 1);
  if (from < slash) return false;
  const auto middle = line.substr(slash + 1, from - slash - 1);
  const auto words = words_of(middle);
  if (words.size() < 2) return false;
  const auto version = words[words.size() - 2];
  // Of "bash/stable amd64 [upgradable from: 5.1]" the suite is no version: those start with a digit.
  if (!is_package_name(name) || !is_version(version) || !is_version(installed) || version.front() > '9') return false;
  upgrade = {std::string(name), {}, std::string(version), std::string(words.back()), std::string(installed)};
  // What is left of the version; nothing where no archive names its suite.
  const auto suites = middle.substr(0, static_cast<std::size_t>(version.data() - middle.data()));
  for (auto suite : split(suites, ',')) {
    while (suite.ends_with(' ')) suite.remove_suffix(1);
    if (!suite.empty() && suite != "now" && suite != "N/A") upgrade.suites.emplace_back(suite);
  }
  return true;
}

}  // namespace

// Listing... Done
// apt/noble-updates 2.8.3 amd64 [upgradable from: 2.7.14build2]
// bsdutils/noble-updates,noble-security 1:2.39.3-9ubuntu6.5 amd64 [upgradable from: 1:2.39.3-9ubuntu6.1]
// libpam-runtime/noble-updates,noble-security,now 1.5.3-5ubuntu5.5 all [upgradable from: 1.5.3-5ubuntu5.1]
UpgradeList parse_upgrade_list(std::string_view text) {
  UpgradeList list;
  NotUnderstood rest;
  for_each_line(text, [&](std::string_view raw) {
    const std::string line = shown_line(raw);
    ListedUpgrade upgrade;
    if (is_chatter(line)) return;
    if (read_upgrade(line, upgrade))
      list.upgrades.push_back(std::move(upgrade));
    else
      rest.add(line);
  });
  list.not_understood = rest.take();
  return list;
}

}  // namespace patchstate::apt
