// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_output.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"
#include "collectors/rpm/plain_xml.h"
#include "collectors/rpm/xml_output.h"

namespace patchstate::zypper {
namespace {

constexpr std::size_t kMostNotUnderstood = 50;
constexpr std::size_t kMostMessages = 200;

std::optional<Time> time_of(std::string_view seconds) {
  std::int64_t value = 0;
  const auto read = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  if (read.ec != std::errc{} || read.ptr != seconds.data() + seconds.size() || value <= 0) return std::nullopt;
  if (value > 253402300799) return std::nullopt;  // after the year 9999 there is no RFC 3339
  return Time{std::chrono::seconds{value}};
}

Kind kind_of(std::string_view word) {
  return word == "patch" ? Kind::patch : word == "package" ? Kind::package : Kind::unknown;
}

MessageKind message_kind_of(std::string_view word) {
  return word == "info"      ? MessageKind::info
         : word == "warning" ? MessageKind::warning
         : word == "error"   ? MessageKind::error
                             : MessageKind::unknown;
}

class Reader final : public rpm::XmlEvents {
 public:
  Answer take(std::optional<std::string> problem) {
    answer_.problem = std::move(problem);
    if (more_not_understood_ > 0) answer_.not_understood.push_back(fmt::format("and {} more", more_not_understood_));
    return std::move(answer_);
  }

  void start(const rpm::XmlElement& element) override {
    const auto name = element.name();
    if (name == "update-list" || name == "blocked-update-list") {
      answer_.has_list = true;
      blocked_ = name == "blocked-update-list";
      answer_.has_blocked_list |= blocked_;
    } else if (name == "update") {
      if (update_) add_not_understood("an <update> in the middle of another");
      start_update(element);
    } else if (name == "message") {
      message_ = message_kind_of(element.attribute("type"));
    } else if (name == "appletinfo") {
      answer_.has_no_repositories = element.attribute("status") == "no-update-repositories";
    } else if (update_) {
      start_detail(element);
    }
  }

  void end(std::string_view name, std::string_view text) override {
    if (name == "message") {
      if (answer_.messages.size() < kMostMessages) answer_.messages.push_back({message_, masked(trimmed(text))});
    } else if (!update_) {
      return;
    } else if (name == "update") {
      finish_update();
    } else if (name == "summary") {
      update_->summary = clean_text(trimmed(text));
    }
  }

 private:
  void start_update(const rpm::XmlElement& element) {
    const auto text = [&](std::string_view name) { return std::string(element.attribute(name)); };
    const auto is_true = [&](std::string_view name) { return element.attribute(name) == "true"; };
    update_.emplace();
    kind_ = text("kind");
    update_->kind = kind_of(kind_);
    update_->name = text("name");
    update_->edition = text("edition");
    update_->edition_old = text("edition-old");
    update_->arch = text("arch");
    update_->status = text("status");
    update_->category = text("category");
    update_->severity = text("severity");
    update_->update_stack = is_true("pkgmanager");
    update_->reboot_suggested = is_true("restart");
    update_->is_interactive = is_true("interactive");
    update_->blocked = blocked_;
  }

  void start_detail(const rpm::XmlElement& element) {
    if (element.name() == "source") {
      update_->repository = element.attribute("alias");
    } else if (element.name() == "issue-date") {
      update_->issued = time_of(element.attribute("time_t"));
    } else if (element.name() == "issue") {
      update_->issues.push_back({std::string(element.attribute("type")), std::string(element.attribute("id"))});
    }
  }

  /// Other kinds (pattern, product, srcpackage) are listed only when somebody asks for them.
  void finish_update() {
    if (update_->kind == Kind::unknown)
      add_not_understood(fmt::format("an <update> of kind \"{}\": {}", kind_, update_->name));
    else if (update_->name.empty() || (update_->kind == Kind::package && update_->edition.empty()))
      add_not_understood(fmt::format("an <update> without a name or version: \"{}\"", update_->name));
    else
      answer_.updates.push_back(std::move(*update_));
    update_.reset();
  }

  void add_not_understood(const std::string& what) {
    if (answer_.not_understood.size() < kMostNotUnderstood)
      answer_.not_understood.push_back(clean_text(what, 300));
    else
      ++more_not_understood_;
  }

  Answer answer_;
  std::optional<ListedUpdate> update_;
  std::string kind_;
  MessageKind message_ = MessageKind::unknown;
  std::size_t more_not_understood_ = 0;
  bool blocked_ = false;
};

Answer read(std::string_view xml) {
  if (Reader plain; rpm::read_plain_xml(xml, plain)) return plain.take({});
  Reader reader;
  auto problem = rpm::read_xml(xml, reader);
  return reader.take(std::move(problem));
}

}  // namespace

// <?xml version='1.0'?>
// <stream>
// <message type="info">Loading repository data...</message>
// <update-status version="0.6">
// <update-list>
// <update kind="patch" name="SUSE-2024-1" edition="1" arch="noarch" status="needed" category="security"
//   severity="important" pkgmanager="false" restart="false" interactive="false"><summary>…</summary>
//   <source url="https://…" alias="SLES15-SP5-Updates"/><issue-date time_t="1700000000" text="…"/>
//   <issue-list><issue type="cve" id="CVE-2024-1"><href>https://…</href></issue></issue-list></update>
// <update kind="package" name="bash" edition="5.1-2" arch="x86_64" edition-old="5.1-1">…</update></update-list>
Answer parse_zypper_xml(std::string_view xml) {
  // A plugin or library may print ahead of zypper.
  std::string_view ahead = xml.substr(0, xml.find("<?xml"));
  if (ahead.size() == xml.size()) ahead = xml.substr(0, xml.find("<stream"));
  xml.remove_prefix(std::min(ahead.size(), xml.size()));
  Answer answer = read(xml);
  // expat takes neither invalid UTF-8 nor control characters, which summaries of vendors may have.
  if (answer.problem) {
    Answer repaired = read(clean_text(xml, std::numeric_limits<std::size_t>::max()));
    if (!repaired.problem) answer = std::move(repaired);
  }
  if (const auto text = trimmed(ahead); !text.empty())
    answer.messages.insert(answer.messages.begin(), {MessageKind::unknown, masked(text)});
  return answer;
}

}  // namespace patchstate::zypper
