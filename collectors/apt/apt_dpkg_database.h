// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace patchstate::apt {

/// What can be seen of dpkg's database without parsing it: is it whole, is it settled? A status file cut in the middle
/// parses well and simply knows fewer packages, so its neighbours must confirm it.
struct DpkgDatabase {
  bool there = false;
  bool ends_with_newline = false;  ///< dpkg ends every record with an empty line; a torn file stops anywhere
  std::size_t records = 0;         ///< "Package:" fields in the status file
  std::size_t file_lists = 0;      ///< info/*.list: one for each package that has a record
  bool journal_left = false;       ///< updates/ holds entries that are not merged: dpkg was interrupted
};

/// Throws std::system_error when the status file can't be read, CollectorError `unparseable` when it is absurdly large.
DpkgDatabase read_dpkg_database(const std::filesystem::path& root);

bool has_journal_left(const std::filesystem::path& root);
/// The status file as it is, without what a journal would add. Throws like read_dpkg_database.
std::string read_status_file(const std::filesystem::path& root);

}  // namespace patchstate::apt
