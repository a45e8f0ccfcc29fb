// SPDX-License-Identifier: Apache-2.0
// What apt's parsers share, and apt's own sentences on stderr.
#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_tools.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  std::size_t seen = 0;
  for_each_line(input, [&](std::string_view line) {
    seen += line.size() + 1;
    const auto plain = shown_line(line);
    test::must(plain.find('\r') == std::string::npos, "a plain line has no carriage return");
    for (const auto word : apt::words_of(plain)) test::must(!word.empty(), "a word has letters");
    apt::qualified_name(plain);
  });
  test::must(seen == input.size() || seen == input.size() + 1, "each byte is in one line");
  for (const auto& complaint : apt::complaints_in(input))
    test::must(!complaint.text.empty(), "a complaint says something");
}
