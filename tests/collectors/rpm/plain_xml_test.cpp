// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/plain_xml.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/support/xml_transcript.h"

using namespace patchstate::rpm;
using patchstate::test::XmlTranscript;

namespace {

/// Whether it is plain, in pieces of any size, and if so is read as by expat.
bool is_plain(std::string_view xml) {
  XmlTranscript by_expat;
  const auto problem = read_xml(xml, by_expat);
  XmlTranscript at_once;
  const bool plain = read_plain_xml(xml, at_once);
  if (plain) {
    CHECK_FALSE(problem);
    CHECK(at_once.text == by_expat.text);
  }
  for (std::size_t size = 1; size < xml.size(); ++size) {
    CAPTURE(size);
    XmlTranscript in_pieces;
    CHECK(patchstate::test::read_in_pieces(xml, size, in_pieces) == plain);
    if (plain) CHECK(in_pieces.text == by_expat.text);
  }
  return plain;
}

}  // namespace

TEST_CASE("plain XML is read as by expat, in pieces of any size") {
  for (const std::string_view xml :
       {"<a/>", "<a></a>\n", "<?xml version='1.0'?>\n<a><b>text</b> and <b>more</b> of it</a >\n",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a b=\"c\" d='e'\n\t f = ''/>",
        "<x:a xmlns:x='u' x:b='1'><x:c x:b='2'/><c y='a > b'>a > b ]] > c</c></x:a>",
        "<a b='&lt;&amp;&gt;&quot;&apos;\"&#65;&#x41;&#10;&#13;'>&lt;&amp;&gt;&quot;&apos;\"'&#65;&#x7e;&#13;</a>",
        "<a b='\xc3\xa9\xe2\x82\xac'>\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \x7f</a>",
        "<a>\n  <b/>\n\t<b></b>\n</a>\n\n"}) {
    CAPTURE(xml);
    CHECK(is_plain(xml) == (xml.find("f =") == std::string_view::npos));
  }
}

TEST_CASE("what expat refuses or changes is not plain") {
  for (const std::string_view xml : {"",
                                     " ",
                                     "<",
                                     "<a",
                                     "<a>",
                                     "<a><b></a>",
                                     "<a></b>",
                                     "<a></aa>",
                                     "</a>",
                                     "<a/><b/>",
                                     "<a/>text",
                                     "text<a/>",
                                     " <a/>",
                                     "<a b='1' b='2'/>",
                                     "<a b='1'c='2'/>",
                                     "<a b=1/>",
                                     "<a b/>",
                                     "<a b='<'/>",
                                     "<a b='&'/>",
                                     "<a b='&none;'/>",
                                     "<a b='&#0;'/>",
                                     "<a b='&#;'/>",
                                     "<a b='&#xd800;'/>",
                                     "<a b='&#-65;'/>",
                                     "<a>&none;</a>",
                                     "<a>&amp</a>",
                                     "<a>&#233;</a>",
                                     "<a>]]></a>",
                                     "<1/>",
                                     "<a 1='2'/>",
                                     "<a/ >",
                                     "< a/>",
                                     "<a>\x01</a>",
                                     "<a b='\x01'/>",
                                     "<a>\xff</a>",
                                     "<a>\xed\xa0\x80</a>",
                                     "<a>\xef\xbf\xbf</a>",
                                     "<a>\xc3</a>",
                                     "<a>\r\n</a>",
                                     "<a b='\n'/>",
                                     "<a b='\t'/>",
                                     "<!-- --><a/>",
                                     "<a><!-- --></a>",
                                     "<a><![CDATA[b]]></a>",
                                     "<!DOCTYPE a><a/>",
                                     "<a><?b?></a>",
                                     "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
                                     "<?xml version='1.1'?><a/>",
                                     "<?xml version='1.0'?><?xml version='1.0'?><a/>",
                                     "\xef\xbb\xbf<a/>"}) {
    CAPTURE(xml);
    CHECK_FALSE(is_plain(xml));
  }
  CHECK_FALSE(is_plain(std::string_view("<a>\0</a>", 8)));
}

TEST_CASE("elements stand in each other as deep as expat's may, and a text is as long") {
  std::string deepest;
  for (std::size_t i = 0; i < kDeepestXml; ++i) deepest = "<a>" + deepest + "</a>";
  CHECK(is_plain(deepest));
  CHECK_FALSE(is_plain("<a>" + deepest + "</a>"));
  const std::string half(kLongestXmlText / 2 + 1, 'x');
  const std::string longest = "<a>" + half + "<b/>" + half + "&amp;</a>";
  XmlTranscript by_expat;
  XmlTranscript plain;
  CHECK_FALSE(read_xml(longest, by_expat));
  CHECK(read_plain_xml(longest, plain));
  CHECK(plain.text == by_expat.text);
}
