// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/kernel_release.h"

#include <algorithm>

namespace patchstate {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Takes the next number or word off the text; separators only separate. Empty at the end.
std::string_view next_part(std::string_view& text) {
  while (!text.empty() && !is_digit(text.front()) && !is_letter(text.front())) text.remove_prefix(1);
  if (text.empty()) return {};
  const bool number = is_digit(text.front());
  std::size_t length = 1;
  while (length < text.size() && (number ? is_digit(text[length]) : is_letter(text[length]))) ++length;
  const auto part = text.substr(0, length);
  text.remove_prefix(length);
  return part;
}

int sign(int value) {
  return (value > 0) - (value < 0);
}

/// Numbers of any length.
int compare_numbers(std::string_view one, std::string_view other) {
  one.remove_prefix(std::min(one.find_first_not_of('0'), one.size()));
  other.remove_prefix(std::min(other.find_first_not_of('0'), other.size()));
  if (one.size() != other.size()) return one.size() < other.size() ? -1 : 1;
  return sign(one.compare(other));
}

int compare_parts(std::string_view one, std::string_view other) {
  const bool candidate = one == "rc";
  if (candidate != (other == "rc")) return candidate ? -1 : 1;
  if (one.empty() || other.empty()) return static_cast<int>(!one.empty()) - static_cast<int>(!other.empty());
  const bool number = is_digit(one.front());
  if (number != is_digit(other.front())) return number ? 1 : -1;
  return number ? compare_numbers(one, other) : sign(one.compare(other));
}

bool ends_with_number(std::string_view text) {
  return !text.empty() && is_digit(text.back());
}

/// "362.8.1.el9_3.x86_64+rt" -> "rt"; "1160.el7.x86_64.debug" -> "debug"; "2102.200.13.el7uek.x86_64" -> "uek".
std::string flavour_in_rpm_release(std::string_view release) {
  std::string flavour;
  const auto tag = [&](std::string_view text) { flavour.append(flavour.empty() ? "" : "-").append(text); };
  for (const std::string_view vendor : {"uek", "elrepo"})
    if (release.find(vendor) != std::string_view::npos) tag(vendor);
  // RHEL 9 builds its real-time kernel as "70.13.1.rt21.83.el9_0.x86_64".
  if (const auto rt = release.find(".rt");
      rt != std::string_view::npos && rt + 3 < release.size() && is_digit(release[rt + 3]))
    tag("rt");
  for (const std::string_view arch : {".x86_64", ".aarch64", ".ppc64le", ".s390x", ".i686", ".riscv64"}) {
    const auto at = release.find(arch);
    if (at == std::string_view::npos) continue;
    const auto after = release.substr(at + arch.size());
    if (after.size() > 1) tag(after.substr(1));  // without the "+" or "."
  }
  return flavour;
}

}  // namespace

int compare_kernels(std::string_view one, std::string_view other) {
  while (true) {
    const auto part = next_part(one);
    const auto other_part = next_part(other);
    if (part.empty() && other_part.empty()) return 0;
    if (const int order = compare_parts(part, other_part); order != 0) return order;
  }
}

std::string newest_kernel(const std::vector<std::string>& releases) {
  const auto older = [](const std::string& a, const std::string& b) { return compare_kernels(a, b) < 0; };
  const auto newest = std::max_element(releases.begin(), releases.end(), older);
  return newest == releases.end() ? std::string() : *newest;
}

// 6.1.0-13-cloud-amd64            Debian: upstream, ABI, flavour
// 6.12.38+deb13-amd64             Debian 13: no ABI
// 6.8.0-31-generic-64k            Ubuntu
// 6.1.0-rpi7-rpi-v8               Raspberry Pi OS: a word before the ABI
// 5.14.0-362.8.1.el9_3.x86_64+rt  Red Hat: version, release, architecture, flavour
// 5.14.21-150500.55.39-default    SUSE
// 6.6.8-zen1-1-zen                Arch
std::string kernel_flavour(std::string_view release) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= release.size();) {
    const auto end = std::min(release.find('-', at), release.size());
    parts.push_back(release.substr(at, end - at));
    at = end + 1;
  }
  std::size_t next = 1;
  std::string flavour;
  if (next < parts.size() && !parts[next].empty()) {
    const bool word_with_abi =
        is_letter(parts[next].front()) && ends_with_number(parts[next]) && next + 1 < parts.size();
    if (is_digit(parts[next].front()) || word_with_abi) flavour = flavour_in_rpm_release(parts[next++]);
    const bool package_release = word_with_abi && parts[next].find_first_not_of(kDigits) == std::string_view::npos;
    if (package_release) ++next;
  }
  for (; next < parts.size(); ++next) flavour.append(flavour.empty() ? "" : "-").append(parts[next]);
  return flavour;
}

bool same_kernel_flavour(std::string_view one, std::string_view other) {
  return kernel_flavour(one) == kernel_flavour(other);
}

}  // namespace patchstate
