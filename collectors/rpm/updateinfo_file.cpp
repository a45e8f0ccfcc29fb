// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/updateinfo_file.h"

#include "collectors/rpm/compressed_file.h"

namespace patchstate::rpm {

Updateinfo read_updateinfo(const std::filesystem::path& file, const AdvisoryFilter& wanted) {
  const auto pieces = [&](const TakeContent& take) { return read_compressed(file, kLargestUpdateinfo, take); };
  if (auto plain = parse_plain_updateinfo(wanted, pieces)) return std::move(*plain);
  return parse_updateinfo(read_compressed(file, kLargestUpdateinfo), wanted);
}

}  // namespace patchstate::rpm
