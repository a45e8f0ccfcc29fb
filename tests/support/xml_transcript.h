// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/rpm/plain_xml.h"

namespace patchstate::test {

/// All that a reader of XML said.
struct XmlTranscript final : rpm::XmlEvents {
  void start(const rpm::XmlElement& element) override {
    text += "<" + std::string(element.name()) + " at " + std::to_string(element.place());
    for (const auto& one : element.attributes())
      text.append(" ").append(one.name).append("=[").append(one.value).append("]");
    text += ">\n";
  }
  void end(std::string_view name, std::string_view inside) override {
    text.append("[").append(inside).append("]</").append(name).append(">\n");
  }
  std::string text;
};

/// Whether all of it is plain, given in pieces of `size` bytes.
inline bool read_in_pieces(std::string_view xml, std::size_t size, rpm::XmlEvents& events) {
  rpm::PlainXml plain(events);
  std::string rest;
  for (std::size_t at = 0; at < xml.size(); at += size) {
    rest += xml.substr(at, size);
    const auto taken = plain.take(rest);
    if (!taken) return false;
    rest.erase(0, *taken);
  }
  return plain.ends(rest);
}

}  // namespace patchstate::test
