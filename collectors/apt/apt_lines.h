// SPDX-License-Identifier: Apache-2.0
// Lines and words of what apt prints, as its parsers share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/tool_lines.h"

namespace patchstate::apt {

/// A sentence of apt's own as it is shown: without passwords, of 500 bytes at most, never empty.
std::string sentence_of_apt(std::string_view text);

std::vector<std::string_view> words_of(std::string_view line);
std::vector<std::string_view> split(std::string_view line, char separator);

/// "libc6" or "libc6:i386". Debian allows lower case, digits and "+-."; other vendors' archives also have capitals and
/// "_".
bool is_package_name(std::string_view word);
/// Only characters that a Debian version may have ("1:2.0~rc1-1+b2").
bool is_version(std::string_view word);

struct QualifiedName {
  std::string name;
  std::string arch;  ///< empty: the native one
};
/// Of "libc6:i386".
QualifiedName qualified_name(std::string_view word);

}  // namespace patchstate::apt
