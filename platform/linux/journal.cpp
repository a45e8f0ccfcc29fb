// SPDX-License-Identifier: Apache-2.0
#include "platform/journal.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/journal_entry.h"
#include "platform/linux/unix_datagram.h"

namespace patchstate {
namespace {

constexpr std::string_view kSocket = "/run/systemd/journal/socket";

template <class Number>
bool is_number(std::string_view text, Number expected) {
  std::uintmax_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number == expected;
}

}  // namespace

// 8:23105
bool belongs_in_journal() {
  const char* const value = std::getenv("JOURNAL_STREAM");
  const std::string_view text = value == nullptr ? std::string_view() : std::string_view(value);
  const auto colon = text.find(':');
  struct stat status {};
  if (colon == std::string_view::npos || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return is_number(text.substr(0, colon), status.st_dev) && is_number(text.substr(colon + 1), status.st_ino);
}

// MESSAGE=one line
// PRIORITY=6
// A value of several lines stands after its length, in 8 bytes, the lowest first.
std::string journal_entry(const JournalFields& fields) {
  std::string entry;
  for (const auto& [name, value] : fields) {
    entry += name;
    if (value.find('\n') == std::string::npos) {
      entry += '=';
    } else {
      entry += '\n';
      const auto size = static_cast<std::uint64_t>(value.size());
      for (unsigned shift = 0; shift < 64; shift += 8) entry += static_cast<char>(size >> shift & 0xffU);
    }
    entry.append(value).append("\n");
  }
  return entry;
}

bool send_to_journal(const JournalFields& fields) {
  return send_datagram(kSocket, journal_entry(fields));
}

}  // namespace patchstate
