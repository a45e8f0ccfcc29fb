// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/updateinfo_output.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"
#include "collectors/rpm/plain_xml.h"
#include "collectors/rpm/xml_output.h"

namespace patchstate::rpm {
namespace {

constexpr std::size_t kMostNotUnderstood = 50;
/// Names and versions of rpm are far shorter; a longer one is not cut but refused, so that it can't become another's.
constexpr std::size_t kLongestName = 1000;
constexpr std::size_t kLongestText = 2000;

/// `text` in one line of plain characters: a part of it, or what is put into `made`.
std::string_view in_one_line(std::string_view text, std::string& made) {
  text = trimmed(text);
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  // Nearly all are: a million names and versions in a large file.
  if (text.size() <= kLongestText && std::all_of(text.begin(), text.end(), is_plain)) return text;
  made = clean_text(text, kLongestText);
  std::replace(made.begin(), made.end(), '\n', ' ');
  return trimmed(made);
}

std::string one_line(std::string_view text) {
  std::string made;
  return std::string(in_one_line(text, made));
}

/// "True", "1" and an element without text say yes.
bool says_yes(std::string_view text) {
  std::string word = one_line(text);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return word != "false" && word != "0" && word != "no";
}

bool is_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_security(const RpmAdvisory& advisory) {
  return classification_of(advisory.type) == Classification::security;
}

// <update from="errata@redhat.com" status="final" type="security" version="3">
//   <id>RHSA-2026:1234</id><title>Important: bash security update</title><severity>Important</severity>
//   <issued date="2026-01-27 16:08:06"/><updated date="1769530086"/>
//   <references><reference href="https://…" id="CVE-2026-1" type="cve" title="CVE-2026-1"/></references>
//   <description>…</description>
//   <pkglist><collection short="BaseOS"><module name="nginx" stream="1.24" version="…" context="…" arch="x86_64"/>
//     <package name="bash" epoch="0" version="5.1" release="2.el9" arch="x86_64" src="…"><filename>…</filename>
//       <reboot_suggested>True</reboot_suggested></package></collection></pkglist>
// </update>
class UpdateinfoReader final : public XmlEvents {
 public:
  /// `xml`, whole, is what is read; without it nothing that is not understood has a line. `wanted`: nullptr, all.
  UpdateinfoReader(std::string_view xml, const AdvisoryFilter* wanted) : xml_(xml), wanted_(wanted) {}

  void start(const XmlElement& element) override {
    ++depth_;
    if (element.name() == "update" && !in_update_) return begin_update(element);
    if (!in_update_) return check_outside(element);
    if (element.name() == "package" && !in_package_) return begin_package(element);
    if (element.name() == "collection") module_.clear();
    if (element.name() == "module") begin_module(element);
    if (element.name() == "reference") begin_reference(element);
    if (element.name() == "issued") issued_ = element.attribute("date");
    if (element.name() == "updated") updated_ = element.attribute("date");
  }

  void end(std::string_view name, std::string_view text) override {
    --depth_;
    if (!in_update_) return;
    if (depth_ == update_depth_) return end_update();
    if (in_package_)
      end_in_package(name, text);
    else if (depth_ == update_depth_ + 1)
      end_in_update(name, text);
  }

  Updateinfo take(std::optional<std::string> problem) {
    if (more_ > 0) read_.not_understood.push_back(fmt::format("and {} more", more_));
    read_.problem = std::move(problem);
    if (!read_.problem && !has_root_) read_.problem = "it is no updateinfo: there is no <updates> in it";
    return std::move(read_);
  }

 private:
  void not_understood(std::size_t place, const std::string& what) {
    if (read_.not_understood.size() < kMostNotUnderstood)
      read_.not_understood.push_back(fmt::format("line {}: {}", line_at(xml_, place), what));
    else
      ++more_;
  }

  void check_outside(const XmlElement& element) {
    if (element.name() == "updates")
      has_root_ = true;
    else
      not_understood(element.place(), fmt::format("<{}> where an <update> was expected", one_line(element.name())));
  }

  void begin_update(const XmlElement& element) {
    has_root_ = true;
    in_update_ = true;
    update_depth_ = depth_ - 1;
    update_place_ = element.place();
    advisory_ = {};
    is_named_ = true;
    ships_known_name_ = wanted_ == nullptr;
    issued_.clear();
    updated_.clear();
    module_.clear();
    texts_.clear();
    advisory_.type = one_line(element.attribute("type"));
    advisory_.status = one_line(element.attribute("status"));
    advisory_.version = one_line(element.attribute("version"));
  }

  bool is_wanted() const { return wanted_ == nullptr || !advisory_.packages.empty() || is_named_; }

  void end_update() {
    in_update_ = false;
    if (advisory_.id.empty()) return not_understood(update_place_, "<update> without an id");
    read_.names_security = read_.names_security || ((ships_known_name_ || is_named_) && is_security(advisory_));
    if (is_wanted()) keep_advisory();
  }

  void keep_advisory() {
    advisory_.issued = advisory_time(issued_);
    advisory_.updated = advisory_time(updated_);
    auto& cves = advisory_.cves;
    for (auto& cve : cves_in(texts_)) cves.push_back(std::move(cve));
    std::unordered_set<std::string_view> seen;
    // The first of each stays where it is: what is seen must not move.
    std::vector<std::string> once;
    once.reserve(cves.size());
    for (auto& cve : cves)
      if (!seen.contains(cve)) seen.insert(once.emplace_back(std::move(cve)));
    cves = std::move(once);
    read_.advisories.push_back(std::move(advisory_));
  }

  void begin_package(const XmlElement& element) {
    in_package_ = true;
    package_depth_ = depth_ - 1;
    package_place_ = element.place();
    is_package_whole_ = is_package_wanted_ = package_reboots_ = false;
    const auto release = element.attribute("release");
    const auto arch = element.attribute("arch");
    auto name = element.attribute("name");
    auto version = element.attribute("version");
    if (std::max({name.size(), version.size(), release.size(), arch.size()}) > kLongestName) return;
    name = in_one_line(name, name_);
    version = in_one_line(version, version_);
    is_package_whole_ = !name.empty() && !version.empty();
    const Evr* const there = version_there(name);
    if (!is_package_whole_ || there == nullptr) return;
    ships_known_name_ = true;
    package_ = {};
    package_.name = name;
    package_.version = {one_line(element.attribute("epoch")), std::string(version), one_line(release)};
    if (!is_number(package_.version.epoch)) package_.version.epoch.clear();  // "None", by tools written in Python
    package_.arch = one_line(arch);
    package_.module = module_;
    is_package_wanted_ = is_named_ || is_above(package_.version, *there);
  }

  /// Of a package of a name that somebody asked for: what is there of it. nullptr: nobody did.
  const Evr* version_there(std::string_view name) const {
    static const Evr kAny;
    if (wanted_ == nullptr) return &kAny;
    const auto known = wanted_->packages.find(name);
    return known == wanted_->packages.end() ? nullptr : &known->second;
  }

  static bool is_above(const Evr& version, const Evr& there) {
    return there.version.empty() || compare(there, version) < 0;
  }

  void end_in_package(std::string_view name, std::string_view text) {
    if (depth_ == package_depth_) {
      in_package_ = false;
      if (!is_package_whole_)
        return not_understood(package_place_, fmt::format("<package> of {} without a name or a version",
                                                          advisory_.id.empty() ? "an update" : advisory_.id));
      advisory_.reboot_suggested = advisory_.reboot_suggested || package_reboots_;
      package_.reboot_suggested = package_reboots_;
      if (is_package_wanted_) advisory_.packages.push_back(std::move(package_));
    } else if (name == "filename" && is_package_wanted_) {
      package_.filename = one_line(text);
    } else if (name == "reboot_suggested") {
      package_reboots_ = says_yes(text);
    }
  }

  void begin_module(const XmlElement& element) {
    module_ = one_line(element.attribute("name")) + ":" + one_line(element.attribute("stream"));
    if (advisory_.module.empty()) advisory_.module = module_;
  }

  void begin_reference(const XmlElement& element) {
    const auto type = element.attribute("type");
    if (type == "self" && advisory_.url.empty()) advisory_.url = one_line(element.attribute("href"));
    if (type != "cve") return;
    std::string id = one_line(element.attribute("id"));
    // Amazon and SUSE put it into the id, some tools into the title alone.
    if (id.empty()) id = one_line(element.attribute("title"));
    if (!id.empty()) advisory_.cves.push_back(std::move(id));
  }

  void end_id(std::string_view text) {
    advisory_.id = one_line(text);
    is_named_ = wanted_ == nullptr || wanted_->ids.contains(advisory_.id);
    // Nothing stands ahead of it as a rule.
    if (!is_named_)
      std::erase_if(advisory_.packages,
                    [&](const auto& one) { return !is_above(one.version, *version_there(one.name)); });
  }

  void end_in_update(std::string_view name, std::string_view text) {
    if (name == "id")
      end_id(text);
    else if (name == "severity")
      advisory_.severity = one_line(text);
    else if (name == "reboot_suggested")
      advisory_.reboot_suggested = advisory_.reboot_suggested || says_yes(text);
    if (name == "title") advisory_.title = one_line(text);
    if (name == "title" || name == "description") texts_.append(text).append("\n");
  }

  std::string_view xml_;
  const AdvisoryFilter* wanted_;
  Updateinfo read_;
  std::size_t more_ = 0;
  std::size_t depth_ = 0;  ///< of the element being read, 1 for the outermost
  bool has_root_ = false;
  bool in_update_ = false;
  bool in_package_ = false;
  bool is_named_ = false;          ///< its id is wanted, or is not known yet
  bool ships_known_name_ = false;  ///< in any version
  bool is_package_whole_ = false;
  bool is_package_wanted_ = false;
  bool package_reboots_ = false;
  std::size_t update_depth_ = 0;
  std::size_t package_depth_ = 0;
  std::size_t update_place_ = 0;
  std::size_t package_place_ = 0;
  RpmAdvisory advisory_;
  AdvisoryPackage package_;
  std::string module_;
  std::string texts_;
  std::string issued_;
  std::string updated_;
  std::string name_;  ///< of the package, where it is not written in one line
  std::string version_;
};

/// Of two that have the same id: `into` gets what `other` has and it has not.
void merge(RpmAdvisory& into, RpmAdvisory&& other) {
  if (into.type.empty() || (is_security(other) && !is_security(into))) into.type = other.type;
  if (severity_of(other.severity) > severity_of(into.severity) || into.severity.empty()) into.severity = other.severity;
  if (into.title.empty()) into.title = std::move(other.title);
  if (into.url.empty()) into.url = std::move(other.url);
  if (into.module.empty()) into.module = std::move(other.module);
  if (other.issued && (!into.issued || *other.issued < *into.issued)) into.issued = other.issued;
  if (other.updated && (!into.updated || *other.updated > *into.updated)) into.updated = other.updated;
  into.reboot_suggested = into.reboot_suggested || other.reboot_suggested;
  std::unordered_set<std::string> seen(into.cves.begin(), into.cves.end());
  for (auto& cve : other.cves)
    if (seen.insert(cve).second) into.cves.push_back(std::move(cve));
  std::move(other.packages.begin(), other.packages.end(), std::back_inserter(into.packages));
}

Updateinfo parse(std::string_view xml, const AdvisoryFilter* wanted) {
  if (xml.size() > kLargestUpdateinfo) {
    Updateinfo refused;
    refused.problem = fmt::format("it has {} bytes: more than is read", xml.size());
    return refused;
  }
  UpdateinfoReader reader(xml, wanted);
  auto problem = read_xml(xml, reader);
  return reader.take(std::move(problem));
}

}  // namespace

Updateinfo parse_updateinfo(std::string_view xml) {
  return parse(xml, nullptr);
}

Updateinfo parse_updateinfo(std::string_view xml, const AdvisoryFilter& wanted) {
  return parse(xml, &wanted);
}

std::optional<Updateinfo> parse_plain_updateinfo(
    const AdvisoryFilter& wanted, const std::function<std::optional<std::string>(const TakeContent&)>& pieces) {
  UpdateinfoReader reader({}, &wanted);
  PlainXml plain(reader);
  const auto rest = pieces([&](std::string_view piece) { return plain.take(piece); });
  if (!rest || !plain.ends(*rest)) return std::nullopt;
  Updateinfo read = reader.take({});
  if (read.problem || !read.not_understood.empty()) return std::nullopt;
  return read;
}

std::vector<RpmAdvisory> merge_by_id(std::vector<RpmAdvisory> advisories) {
  std::vector<RpmAdvisory> merged;
  std::unordered_map<std::string, std::size_t> places;
  for (auto& advisory : advisories) {
    const auto [place, fresh] = places.try_emplace(advisory.id, merged.size());
    if (fresh)
      merged.push_back(std::move(advisory));
    else
      merge(merged[place->second], std::move(advisory));
  }
  return merged;
}

}  // namespace patchstate::rpm
