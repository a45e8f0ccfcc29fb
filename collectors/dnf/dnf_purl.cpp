// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_purl.h"

#include <fmt/core.h>

namespace patchstate::dnf {
namespace {

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '_' || c == '~' || c == ':';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string purl(const rpm::Nevra& package, const std::string& os_id) {
  rpm::Evr without_epoch = package.evr;
  without_epoch.epoch.clear();
  // The registered vendor of RHEL's packages.
  const std::string vendor = os_id == "rhel" ? "redhat" : os_id.empty() ? "rpm" : os_id;
  const bool has_epoch = !package.evr.epoch.empty() && package.evr.epoch != "0";
  return fmt::format("pkg:rpm/{}/{}@{}?arch={}{}", encoded(vendor), encoded(package.name),
                     encoded(rpm::to_text(without_epoch)), encoded(package.arch),
                     has_epoch ? "&epoch=" + package.evr.epoch : "");
}

}  // namespace patchstate::dnf
