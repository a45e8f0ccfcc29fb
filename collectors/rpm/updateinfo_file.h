// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "collectors/rpm/updateinfo_output.h"

namespace patchstate::rpm {

/// What is wanted of an updateinfo.xml, compressed or not, without all of it in memory where it is plain. Throws as
/// read_compressed does.
Updateinfo read_updateinfo(const std::filesystem::path& file, const AdvisoryFilter& wanted);

}  // namespace patchstate::rpm
