// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/plain_xml.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/xml_transcript.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  test::XmlTranscript plain;
  const bool is_plain = rpm::read_plain_xml(input, plain);
  if (is_plain) {
    test::XmlTranscript by_expat;
    test::must(!rpm::read_xml(input, by_expat), "what is plain is XML to expat");
    test::must(plain.text == by_expat.text, "what is plain is read as by expat");
  }
  const std::size_t size = input.empty() ? 1 : 1 + static_cast<unsigned char>(input.back()) % 16;
  test::XmlTranscript in_pieces;
  test::must(test::read_in_pieces(input, size, in_pieces) == is_plain, "pieces are as plain as the whole");
  test::must(!is_plain || in_pieces.text == plain.text, "pieces say what the whole says");
}
