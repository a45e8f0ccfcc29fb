// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_com.h"

#include <cmath>

namespace patchstate::windows_update {
namespace {

constexpr double kSecondsPerDay = 86'400;
constexpr double kUnixEpoch = 25'569;      ///< 1970-01-01
constexpr double kEndOfCalendar = 2958466;  ///< 10000-01-01

}  // namespace

std::string utf8(BSTR text) {
  const int length = static_cast<int>(SysStringLen(text));
  if (length == 0) return {};
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, length, nullptr, 0, nullptr, nullptr);
  std::string converted(static_cast<std::size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, length, converted.data(), size, nullptr, nullptr);
  return converted;
}

std::string lower_case(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

std::optional<Time> time_of(DATE date) {
  if (!(date > 0 && date < kEndOfCalendar)) return std::nullopt;
  return Time(std::chrono::seconds(std::llround((date - kUnixEpoch) * kSecondsPerDay)));
}

std::vector<std::string> Reader::items_of(IStringCollection& collection, const char* name) {
  std::vector<std::string> items;
  LONG count = 0;
  if (!succeeded(collection.get_Count(&count), name)) return items;
  for (LONG at = 0; at < count; ++at) {
    Bstr item;
    // One sentence for all that fail: the list is not whole.
    if (!succeeded(collection.get_Item(at, item.put()), name)) break;
    items.push_back(utf8(item.get()));
  }
  return items;
}

}  // namespace patchstate::windows_update
