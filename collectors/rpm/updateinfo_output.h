// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "collectors/rpm/decompressors.h"
#include "collectors/rpm/rpm_advisory.h"

namespace patchstate::rpm {

/// Of this many bytes of XML at most (Red Hat's largest has some 100 MB).
constexpr std::size_t kLargestUpdateinfo = 512U << 20U;

/// Texts by themselves, asked for by a part of another text.
struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};

/// Which advisories somebody wants: those with one of these ids, and those that ship a package of one of these names in
/// a version above the one that is there.
struct AdvisoryFilter {
  std::unordered_set<std::string, TextHash, std::equal_to<>> ids;
  std::unordered_map<std::string, Evr, TextHash, std::equal_to<>> packages;  ///< without a version: any is above
};

struct Updateinfo {
  std::vector<RpmAdvisory> advisories;  ///< each <update>, in order
  bool names_security = false;  ///< one is about security that ships a package of one of the names, in any version
  std::vector<std::string> not_understood;  ///< data no record came from: "line 12: <package> without a name"
  /// Why there may be more than that: "broken at line 4711: no element found". What stood whole before is in the list;
  /// the caller must not take the list for all there is.
  std::optional<std::string> problem;
};

/// updateinfo.xml, plain (compressed_file.h opens the file). Never throws for what is in the text. Element names count
/// without their namespace. A document type of its own is refused: nothing in it can expand.
///
/// An id may come twice, on SUSE with another `version`, elsewhere with another list of packages: they stay apart, in
/// order, and merge_by_id makes one of them.
Updateinfo parse_updateinfo(std::string_view xml);

/// The same without what is not wanted: most of it is about packages that this machine does not have. Left out are
/// advisories that are not wanted, and of others the packages of other names, and the older ones where the advisory has
/// none of the ids; that one of these suggests a reboot counts.
Updateinfo parse_updateinfo(std::string_view xml, const AdvisoryFilter& wanted);

/// The same from pieces of text (compressed_file.h), if all of it is plain XML and understood. nullopt: it is not, and
/// only the whole text can tell what is in it, or what is wrong with it in which line.
std::optional<Updateinfo> parse_plain_updateinfo(
    const AdvisoryFilter& wanted, const std::function<std::optional<std::string>(const TakeContent&)>& pieces);

/// One advisory for each id, where the first of them stood: packages and CVEs of all, the highest severity, security
/// if one says so, the earliest issue and the latest update, a reboot if one suggests it.
std::vector<RpmAdvisory> merge_by_id(std::vector<RpmAdvisory> advisories);

}  // namespace patchstate::rpm
