// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::rpm {

struct RepomdFile {
  std::string type;      ///< primary, updateinfo, modules, filelists_db
  std::string location;  ///< href, relative to the repository: "repodata/ab12-updateinfo.xml.gz"
  std::string checksum;  ///< of the file as it lies there
  std::string checksum_type;
  std::optional<std::int64_t> size;
  std::optional<Time> timestamp;
};

struct Repomd {
  std::string revision;           ///< often epoch seconds; the vendor may put anything there
  std::optional<Time> published;  ///< newest of the files' timestamps and of a revision that is a time
  std::vector<RepomdFile> files;
  std::vector<std::string> not_understood;
  std::optional<std::string> problem;  ///< broken: the list may lack files
};

/// repodata/repomd.xml. Never throws for what is in the text.
Repomd parse_repomd(std::string_view xml);
/// For how long the vendor promises to make metadata anew, by suseinfo.xml; nullopt: it says nothing, or can't be read.
/// Never throws for what is in the text.
std::optional<std::chrono::seconds> parse_expiry(std::string_view suseinfo);
/// The file of that type; nullptr: the repository has none.
const RepomdFile* file_of_type(const Repomd& repomd, std::string_view type);

}  // namespace patchstate::rpm
