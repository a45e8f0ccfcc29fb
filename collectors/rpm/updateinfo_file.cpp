// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/updateinfo_file.h"

#include <optional>
#include <string_view>

#include "collectors/rpm/compressed_file.h"
#include "collectors/rpm/plain_xml.h"
#include "collectors/rpm/xml_output.h"

namespace patchstate::rpm {
namespace {

class SecurityFinder final : public XmlEvents {
 public:
  void start(const XmlElement& element) override {
    found = found ||
            (element.name() == "update" && classification_of(element.attribute("type")) == Classification::security);
  }
  void end(std::string_view, std::string_view) override {}

  bool found = false;
};

}  // namespace

Updateinfo read_updateinfo(const std::filesystem::path& file, const AdvisoryFilter& wanted) {
  const auto pieces = [&](const TakeContent& take) { return read_compressed(file, kLargestUpdateinfo, take); };
  if (auto plain = parse_plain_updateinfo(wanted, pieces)) return std::move(*plain);
  return parse_updateinfo(read_compressed(file, kLargestUpdateinfo), wanted);
}

bool names_security(const std::filesystem::path& file) {
  SecurityFinder finder;
  PlainXml plain(finder);
  const auto rest = read_compressed(file, kLargestUpdateinfo, [&](std::string_view piece) {
    const auto taken = plain.take(piece);
    return finder.found ? std::nullopt : taken;
  });
  if (finder.found || (rest && plain.ends(*rest))) return finder.found;
  read_xml(read_compressed(file, kLargestUpdateinfo), finder);
  return finder.found;
}

}  // namespace patchstate::rpm
