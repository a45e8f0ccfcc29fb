// SPDX-License-Identifier: Apache-2.0
// XML as a stream, from whoever wrote it: what the readers of updateinfo.xml and repomd.xml share.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace patchstate::rpm {

struct XmlAttribute {
  std::string_view name;  ///< as it is written
  std::string_view value;
};

/// An element that begins; valid during the call.
class XmlElement {
 public:
  XmlElement(std::string_view name, std::span<const XmlAttribute> attributes, std::size_t place)
      : name_(name), attributes_(attributes), place_(place) {}
  /// Without a namespace's prefix.
  std::string_view name() const { return name_; }
  /// Empty where there is none of that name.
  std::string_view attribute(std::string_view name) const;
  std::span<const XmlAttribute> attributes() const { return attributes_; }
  /// Bytes in front of it; line_at makes a line of them.
  std::size_t place() const { return place_; }

 private:
  std::string_view name_;
  std::span<const XmlAttribute> attributes_;
  std::size_t place_;
};

class XmlEvents {
 public:
  virtual ~XmlEvents() = default;
  virtual void start(const XmlElement& element) = 0;
  /// `text` is what stands directly in it, blanks included, kLongestXmlText bytes of it at most.
  virtual void end(std::string_view name, std::string_view text) = 0;
};

constexpr std::size_t kLongestXmlText = 1U << 20U;
constexpr std::size_t kDeepestXml = 64;

/// Calls `events` for all of `xml` up to where it is broken. The reason it is ("broken at line 12: no element found"),
/// or nullopt: it was whole. A document type (the only thing that can make a small text large) is a reason too, and so
/// are more than kDeepestXml elements in each other. What `events` throws comes out of here.
std::optional<std::string> read_xml(std::string_view xml, XmlEvents& events);

/// "update" of "suse:update".
std::string_view without_prefix(std::string_view name);

/// The number of the line, from 1, that a byte is in: counted when somebody asks, not for each element.
std::size_t line_at(std::string_view xml, std::size_t place);

}  // namespace patchstate::rpm
