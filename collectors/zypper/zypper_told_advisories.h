// SPDX-License-Identifier: Apache-2.0
// When an advisory that patchstate-solv-probe has from zypper's cache is what updateinfo.xml says, without reading that
// as XML. libsolv's parser (repo_updateinfoxml.c) keeps one time, the later of <issued> and <updated>; of times it
// reads these: "2026-01-27 16:08:06" and seconds; a reboot is suggested to it by packages alone, by a word that begins
// with t, T or 1. All else that is judged is in the cache.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "collectors/rpm/rpm_advisory.h"

namespace patchstate::zypper {

/// Whether each text of it is as updateinfo_output would have it (one line, printable, no ":" or "-" where versions are
/// parted), and it has a time. Total.
bool is_plain(const rpm::RpmAdvisory& advisory);

/// Whether nothing in an updateinfo.xml is what libsolv's parser reads otherwise than updateinfo_output. That may say
/// no of one that is read alike. Total.
class ReadAlike {
 public:
  /// Of a piece that begins where what was taken before has ended: how much of it is taken, which is up to the end of
  /// the last <update>. nullopt: something in it is not read alike.
  std::optional<std::size_t> take(std::string_view piece);
  /// Whether so is what follows the last piece.
  bool ends(std::string_view rest);

 private:
  bool has_begun_ = false;
};

}  // namespace patchstate::zypper
