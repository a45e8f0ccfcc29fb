// SPDX-License-Identifier: Apache-2.0
#include "assessment/utf8.h"

namespace patchstate {
namespace {

struct LeadByte {
  std::size_t length;
  unsigned char second_min;
  unsigned char second_max;
};

/// Table 3-7 of the Unicode Standard: which second bytes rule out overlong forms, surrogates and values above U+10FFFF.
LeadByte lead_byte(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

CodePoint code_point_at(std::string_view bytes, std::size_t at) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const LeadByte lead = lead_byte(first);
  if (lead.length == 1) return {first, 1, true};
  if (lead.length == 0) return {0, 1, false};
  char32_t value = first & (0xFFU >> (lead.length + 1));
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (at + i >= bytes.size()) return {0, i, false};
    const auto next = static_cast<unsigned char>(bytes[at + i]);
    const unsigned char min = i == 1 ? lead.second_min : 0x80;
    const unsigned char max = i == 1 ? lead.second_max : 0xBF;
    if (next < min || next > max) return {0, i, false};
    value = (value << 6U) | (next & 0x3FU);
  }
  return {value, lead.length, true};
}

}  // namespace patchstate
