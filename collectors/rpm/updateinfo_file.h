// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "collectors/rpm/updateinfo_output.h"

namespace patchstate::rpm {

/// What is wanted of an updateinfo.xml, compressed or not, without all of it in memory where it is plain. Throws as
/// read_compressed does.
Updateinfo read_updateinfo(const std::filesystem::path& file, const AdvisoryFilter& wanted);

/// Whether one of its advisories, about whatever package, is about security: where none is (some repositories publish
/// an empty list), an update that none names may be anything. What is no updateinfo has none. Reads no further than to
/// the first, and throws as read_compressed does.
bool names_security(const std::filesystem::path& file);

}  // namespace patchstate::rpm
