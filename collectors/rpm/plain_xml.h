// SPDX-License-Identifier: Apache-2.0
// XML as nearly all of it is written, read at a tenth of what expat takes: elements, attributes, text and references to
// characters, in UTF-8. Whatever else there is, and whatever is wrong, is left to expat (decision 0021).
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/xml_output.h"

namespace patchstate::rpm {

/// Calls `events` as read_xml would. Of a text that turns out not to be plain they have had a part by then: what was
/// made of that is to be thrown away.
class PlainXml {
 public:
  explicit PlainXml(XmlEvents& events) : events_(events) {}

  /// Of a piece that begins where what was taken before has ended: how much of it is taken, which is up to its last
  /// whole tag. nullopt: it is not plain.
  std::optional<std::size_t> take(std::string_view piece);
  /// Whether `rest`, which follows what was taken, is plain and all is whole with it.
  bool ends(std::string_view rest);

 private:
  enum class Step { taken, incomplete, not_plain };
  struct Cursor;
  struct Open {
    std::string name;
    std::size_t prefix = 0;  ///< bytes of the name ahead of the one that counts
    std::string text;
  };

  /// Sets `begin` behind the declaration, if there is one.
  Step begin(std::string_view piece, std::size_t& begin);
  bool text(std::string_view raw);
  Step tag(Cursor& at);
  Step begin_tag(Cursor& at);
  Step attribute(Cursor& at);
  Step end_tag(Cursor& at);
  Step open(std::string_view name, bool is_empty);

  XmlEvents& events_;
  std::vector<Open> open_;  ///< those behind depth_ keep their memory
  std::size_t depth_ = 0;
  std::vector<XmlAttribute> attributes_;  ///< of the tag that is read
  std::deque<std::string> decoded_;       ///< those of their values that are written otherwise
  std::size_t taken_ = 0;                 ///< bytes, of all pieces
  std::size_t place_ = 0;                 ///< of the tag that is read
  bool has_begun_ = false;
  bool has_root_ = false;
};

/// Whether all of `xml` is plain; false: `events` have had a part of it.
bool read_plain_xml(std::string_view xml, XmlEvents& events);

}  // namespace patchstate::rpm
