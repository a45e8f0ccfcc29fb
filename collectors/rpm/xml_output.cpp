// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/xml_output.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include <expat.h>
#include <fmt/core.h>

namespace patchstate::rpm {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

struct Reading {
  XML_Parser parser;
  XmlEvents& events;
  std::vector<std::string> texts;  ///< of the elements that are open, one each; those behind `depth` keep their memory
  std::size_t depth = 0;
  std::string refused;
  std::exception_ptr thrown;  ///< expat is C: nothing may be thrown through it
  std::vector<XmlAttribute> attributes;
};

void refuse(Reading& reading, std::string why) {
  reading.refused = std::move(why);
  XML_StopParser(reading.parser, XML_FALSE);
}

/// The step, with what it throws kept until expat has returned.
template <class Step>
void guarded(void* data, Step step) {
  auto& reading = *static_cast<Reading*>(data);
  // A parser that was stopped may still deliver what it has at hand.
  if (!reading.refused.empty() || reading.thrown) return;
  try {
    step(reading);
  } catch (const std::exception&) {
    reading.thrown = std::current_exception();
    XML_StopParser(reading.parser, XML_FALSE);
  }
}

void XMLCALL on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  guarded(data, [&](Reading& reading) {
    if (reading.depth == kDeepestXml)
      return refuse(reading, fmt::format("more than {} elements stand in each other", kDeepestXml));
    if (reading.texts.size() == reading.depth) reading.texts.emplace_back();
    reading.texts[reading.depth++].clear();
    reading.attributes.clear();
    for (const XML_Char** each = attributes; *each != nullptr; each += 2)
      reading.attributes.push_back({each[0], each[1]});
    const auto place = static_cast<std::size_t>(XML_GetCurrentByteIndex(reading.parser));
    reading.events.start({without_prefix(name), reading.attributes, place});
  });
}

void XMLCALL on_end(void* data, const XML_Char* name) {
  guarded(data, [&](Reading& reading) { reading.events.end(without_prefix(name), reading.texts[--reading.depth]); });
}

void XMLCALL on_text(void* data, const XML_Char* text, int length) {
  guarded(data, [&](Reading& reading) {
    if (reading.depth == 0) return;
    std::string& kept = reading.texts[reading.depth - 1];
    kept.append(text, std::min(static_cast<std::size_t>(length), kLongestXmlText - kept.size()));
  });
}

void XMLCALL on_document_type(void* data, const XML_Char* /*name*/, const XML_Char* /*system_id*/,
                              const XML_Char* /*public_id*/, int /*has_subset*/) {
  guarded(data, [](Reading& reading) { refuse(reading, "it brings a document type of its own"); });
}

/// nullopt: whole. At once: after each of several pieces expat counts the lines in it.
std::optional<std::string> feed(Reading& reading, std::string_view xml) {
  if (xml.size() > std::numeric_limits<int>::max()) return fmt::format("too large: {} bytes", xml.size());
  const auto status = XML_Parse(reading.parser, xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (reading.thrown) std::rethrow_exception(reading.thrown);
  if (reading.refused.empty() && status == XML_STATUS_OK) return std::nullopt;
  const auto line = XML_GetCurrentLineNumber(reading.parser);
  if (!reading.refused.empty()) return fmt::format("refused at line {}: {}", line, reading.refused);
  return fmt::format("broken at line {}: {}", line, XML_ErrorString(XML_GetErrorCode(reading.parser)));
}

}  // namespace

std::string_view XmlElement::attribute(std::string_view name) const {
  for (const auto& each : attributes_)
    if (each.name == name) return each.value;
  return {};
}

std::string_view without_prefix(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::size_t line_at(std::string_view xml, std::size_t place) {
  const auto before = xml.substr(0, place);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::optional<std::string> read_xml(std::string_view xml, XmlEvents& events) {
  const Parser parser(XML_ParserCreate(nullptr));
  if (!parser) throw std::bad_alloc();
  Reading reading{parser.get(), events, {}, 0, {}, {}, {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_document_type);
  return feed(reading, xml);
}

}  // namespace patchstate::rpm
