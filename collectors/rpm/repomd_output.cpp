// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/repomd_output.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/xml_output.h"

namespace patchstate::rpm {
namespace {

/// A real one has 2 to 5 KiB and lists a dozen files.
constexpr std::size_t kLargest = 4U << 20U;
constexpr std::size_t kMostFiles = 1000;
constexpr std::size_t kLongestText = 2000;

std::string one_word(std::string_view text) {
  std::string word = clean_text(text, kLongestText);
  const auto first = word.find_first_not_of(" \t\n");
  if (first == std::string::npos) return {};
  return word.substr(first, word.find_last_not_of(" \t\n") - first + 1);
}

std::optional<std::int64_t> number(std::string_view text) {
  const std::string word = one_word(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

// <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="…">
//   <revision>1769530086</revision>
//   <data type="updateinfo">
//     <checksum type="sha256">ab12…</checksum><open-checksum type="sha256">cd34…</open-checksum>
//     <location href="repodata/ab12…-updateinfo.xml.gz"/>
//     <timestamp>1769530085</timestamp><size>62833</size><open-size>1052000</open-size>
//   </data>
// </repomd>
class RepomdReader final : public XmlEvents {
 public:
  /// `xml`, whole, is what is read.
  explicit RepomdReader(std::string_view xml) : xml_(xml) {}

  void start(const XmlElement& element) override {
    ++depth_;
    if (depth_ == 1) is_repomd_ = element.name() == "repomd";
    if (!is_repomd_) return;
    if (depth_ == 2 && element.name() == "data") {
      place_ = element.place();
      file_ = {};
      file_.type = one_word(element.attribute("type"));
      in_data_ = true;
    } else if (depth_ == 3 && in_data_ && element.name() == "location") {
      file_.location = one_word(element.attribute("href"));
    } else if (depth_ == 3 && in_data_ && element.name() == "checksum") {
      file_.checksum_type = one_word(element.attribute("type"));
    }
  }

  void end(std::string_view name, std::string_view text) override {
    --depth_;
    if (depth_ == 1 && is_repomd_ && name == "revision") read_.revision = one_word(text);
    if (depth_ == 1 && in_data_) end_data();
    if (depth_ != 2 || !in_data_) return;
    if (name == "checksum")
      file_.checksum = one_word(text);
    else if (name == "timestamp")
      file_.timestamp = advisory_time(one_word(text));
    else if (name == "size")
      file_.size = number(text);
  }

  Repomd take(std::optional<std::string> problem) {
    read_.problem = std::move(problem);
    if (!read_.problem && !is_repomd_) read_.problem = "it is no repomd.xml: there is no <repomd> in it";
    read_.published = advisory_time(read_.revision);
    for (const auto& file : read_.files)
      if (file.timestamp && (!read_.published || *file.timestamp > *read_.published)) read_.published = file.timestamp;
    return std::move(read_);
  }

 private:
  void end_data() {
    in_data_ = false;
    if (file_.type.empty() || file_.location.empty())
      not_understood("<data> without a type or a location");
    else if (read_.files.size() == kMostFiles)
      not_understood("more files than any repository has");
    else
      read_.files.push_back(std::move(file_));
  }

  void not_understood(std::string_view what) {
    constexpr std::size_t kMost = 50;
    if (read_.not_understood.size() < kMost)
      read_.not_understood.push_back(fmt::format("line {}: {}", line_at(xml_, place_), what));
  }

  std::string_view xml_;
  Repomd read_;
  RepomdFile file_;
  std::size_t depth_ = 0;
  std::size_t place_ = 0;
  bool is_repomd_ = false;
  bool in_data_ = false;
};

// <suseinfo xmlns="http://novell.com/package/metadata/suse/suseinfo"><expire>2592000</expire></suseinfo>
class ExpiryReader final : public XmlEvents {
 public:
  void start(const XmlElement&) override {}
  void end(std::string_view name, std::string_view text) override {
    constexpr std::int64_t kLongest = std::int64_t{100} * 365 * 86400;
    if (name != "expire") return;
    const auto seconds = number(text);
    if (seconds && *seconds > 0 && *seconds < kLongest) expiry = std::chrono::seconds(*seconds);
  }

  std::optional<std::chrono::seconds> expiry;
};

}  // namespace

std::optional<std::chrono::seconds> parse_expiry(std::string_view suseinfo) {
  ExpiryReader reader;
  return read_xml(suseinfo, reader) ? std::nullopt : reader.expiry;
}

Repomd parse_repomd(std::string_view xml) {
  if (xml.size() > kLargest) {
    Repomd refused;
    refused.problem = fmt::format("it has {} bytes: that is no repomd.xml", xml.size());
    return refused;
  }
  RepomdReader reader(xml);
  auto problem = read_xml(xml, reader);
  return reader.take(std::move(problem));
}

const RepomdFile* file_of_type(const Repomd& repomd, std::string_view type) {
  const auto found =
      std::find_if(repomd.files.begin(), repomd.files.end(), [&](const RepomdFile& file) { return file.type == type; });
  return found == repomd.files.end() ? nullptr : &*found;
}

}  // namespace patchstate::rpm
