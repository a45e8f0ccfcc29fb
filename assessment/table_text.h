// SPDX-License-Identifier: Apache-2.0
// Laying out text for a terminal: widths, wrapping, colour. For the table export only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/exports.h"

namespace patchstate {

/// Columns that `text` takes, counted in code points.
std::size_t columns_of(std::string_view text);

/// Columns there are; a terminal that claims to have none is written to as a narrow one.
std::size_t width_of(const TableStyle& style);

/// `text` in lines of at most `width` columns, broken at spaces; a longer word stands alone and is not cut. Lines after
/// the first are indented by `indent`, and the first begins where `indent` columns are taken already.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

enum class Paint { none, bold, red, yellow, green };
std::string painted(std::string_view text, Paint paint, const TableStyle& style);

/// The list of updates: grouped, aligned, most urgent first. Empty when there is none to show.
std::string updates_table(const std::vector<const Update*>& updates, const Host& host, const TableStyle& style);

}  // namespace patchstate
