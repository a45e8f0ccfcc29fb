// SPDX-License-Identifier: Apache-2.0
// A large updateinfo.xml is mostly about packages that this machine does not have.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace patchstate::rpm {

/// Which advisories somebody wants: those with one of these ids, and those that ship a package of one of these names.
struct AdvisoryFilter {
  std::set<std::string, std::less<>> ids;
  std::set<std::string, std::less<>> package_names;
};

/// Where its elements begin, behind the declaration if there is one. nullopt: the bytes may not be what they look like
/// (another encoding than UTF-8, something ahead of it all).
std::optional<std::size_t> begin_of_elements(std::string_view xml);

/// `xml` without the <update>s that certainly are not wanted, and of others without <package>s of other names that say
/// nothing of a reboot, and without what a <description> says if no CVE is in it. Each is left out from its first to
/// its last byte but for the ends of its lines, so that all lines keep their numbers. Nothing else is touched: what is
/// torn or wrong elsewhere stays so. nullopt: that can't be told from the bytes, all must be read (another encoding,
/// comments, CDATA, a document type, processing instructions).
std::optional<std::string> without_unwanted_updates(std::string_view xml, const AdvisoryFilter& filter);

}  // namespace patchstate::rpm
