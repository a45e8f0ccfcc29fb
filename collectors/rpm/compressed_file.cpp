// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/compressed_file.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/core.h>

#include "platform/files.h"

namespace patchstate::rpm {
namespace {

struct Kind {
  std::string_view magic;
  std::string_view name;
  Decompressed (*decompress)(std::string_view bytes, std::size_t max_bytes, const TakeContent& take);
};

using namespace std::string_view_literals;
/// lzma has no magic bytes: these are its usual properties and the low half of a dictionary size.
constexpr std::array kKinds = {Kind{"\x1f\x8b"sv, "gzip", ungzip}, Kind{"BZh"sv, "bzip2", bunzip2},
                               Kind{"\xfd"
                                    "7zXZ\0"sv,
                                    "xz", unxz},
                               Kind{"\x28\xb5\x2f\xfd"sv, "zstd", unzstd}, Kind{"\x5d\0\0"sv, "lzma", unxz}};

[[noreturn]] void fail(std::errc error, std::string_view what, const std::string& why) {
  throw std::system_error(std::make_error_code(error), fmt::format("{}: {}", what, why));
}

std::optional<std::string> expand(std::string_view bytes, std::size_t max_bytes, std::string_view what,
                                  const TakeContent& take) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) { return bytes.starts_with(one.magic); });
  if (kind == kKinds.end()) {
    if (bytes.size() > max_bytes) fail(std::errc::file_too_large, what, fmt::format("{} bytes", bytes.size()));
    return std::string(bytes);
  }
  Decompressed content = kind->decompress(bytes, max_bytes, take);
  if (content.ending == Decompressed::Ending::stopped) return std::nullopt;
  if (content.ending == Decompressed::Ending::too_large)
    fail(std::errc::file_too_large, what,
         fmt::format("its {} data expand to more than {} bytes", kind->name, max_bytes));
  if (content.ending == Decompressed::Ending::damaged)
    fail(std::errc::bad_message, what, fmt::format("its {} data are damaged or cut off", kind->name));
  return std::move(content.bytes);
}

}  // namespace

std::string decompress(std::string_view bytes, std::size_t max_bytes, std::string_view what) {
  return expand(bytes, max_bytes, what, {}).value();
}

std::string read_compressed(const std::filesystem::path& path, std::size_t max_bytes) {
  return decompress(read_file(path, max_bytes), max_bytes, path.string());
}

std::optional<std::string> read_compressed(const std::filesystem::path& path, std::size_t max_bytes,
                                           const TakeContent& take) {
  return expand(read_file(path, max_bytes), max_bytes, path.string(), take);
}

}  // namespace patchstate::rpm
