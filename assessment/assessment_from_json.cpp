// SPDX-License-Identifier: Apache-2.0
// The tolerant reader: what it does not know it leaves out, what it does not understand it refuses with the place.
#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

using Json = nlohmann::json;
constexpr int kDeepest = 64;

/// A value and where it stands. Null reads as absent, so that a writer of either habit is understood.
class Node {
 public:
  explicit Node(const Json& value) : value_(value) {}
  Node(const Json& value, const Node& parent, std::string step)
      : value_(value), parent_(&parent), step_(std::move(step)) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw std::invalid_argument(fmt::format("{}: {}", parent_ == nullptr ? "/" : path(), what));
  }
  void require_object() const {
    if (!value_.is_object()) fail("expected an object");
  }
  bool has(const char* key) const { return find(key) != nullptr; }
  Node child(const char* key) const {
    if (const Json* value = find(key)) return {*value, *this, key};
    Node(value_, *this, key).fail("required, but missing");
  }
  std::string text() const {
    if (!value_.is_string()) fail("expected a string");
    return value_.get<std::string>();
  }
  std::string text(const char* key) const { return has(key) ? child(key).text() : std::string{}; }
  bool boolean() const {
    if (!value_.is_boolean()) fail("expected true or false");
    return value_.get<bool>();
  }
  std::int64_t integer() const {
    const bool fits = value_.is_number_unsigned()
                          ? value_.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}
                          : value_.is_number_integer();
    if (!fits) fail("expected a whole number");
    return value_.get<std::int64_t>();
  }
  Time time() const {
    const auto parsed = parse_time(text());
    if (!parsed) fail("expected a time as in RFC 3339, like 2026-11-24T06:37:27Z");
    return *parsed;
  }
  std::optional<Time> time(const char* key) const {
    if (!has(key)) return std::nullopt;
    return child(key).time();
  }
  template <class Enum>
  Enum enumerator() const {
    return from_text<Enum>(text()).value_or(Enum{});
  }
  /// The array `key`, each item read by `read`; absent reads as empty.
  template <class Item>
  std::vector<Item> list(const char* key, Item (*read)(const Node&)) const {
    std::vector<Item> items;
    for_each(key, [&](const Node& item) { items.push_back(read(item)); });
    return items;
  }
  void for_each(const char* key, auto&& visit) const {
    if (!has(key)) return;
    const Node array = child(key);
    if (!array.value_.is_array()) array.fail("expected an array");
    std::size_t index = 0;
    for (const Json& item : array.value_) visit(Node(item, array, std::to_string(index++)));
  }

 private:
  const Json* find(const char* key) const {
    require_object();
    const auto found = value_.find(key);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string path() const { return parent_ == nullptr ? std::string{} : parent_->path() + "/" + step_; }

  const Json& value_;
  const Node* parent_ = nullptr;
  std::string step_;
};

std::string text_of(const Node& node) {
  return node.text();
}
Classification classification_of(const Node& node) {
  return node.enumerator<Classification>();
}

Advisory read_advisory(const Node& node) {
  Advisory advisory;
  advisory.id = node.child("id").text();
  advisory.type = node.child("type").enumerator<Classification>();
  advisory.severity = node.child("severity").enumerator<Severity>();
  advisory.issued = node.time("issued");
  advisory.url = node.text("url");
  return advisory;
}

Update read_update(const Node& node) {
  Update update;
  update.patch_id = node.child("patchId").text();
  update.name = node.child("name").text();
  update.version = node.child("version").text();
  update.installed_version = node.text("installedVersion");
  update.arch = node.text("arch");
  update.source_package = node.text("sourcePackage");
  update.source_version = node.text("sourceVersion");
  update.purl = node.text("purl");
  update.kb_id = node.text("kbId");
  node.child("classifications");
  update.classifications = node.list("classifications", classification_of);
  update.severity = node.child("severity").enumerator<Severity>();
  update.vendor_severity = node.text("vendorSeverity");
  update.state = node.child("state").enumerator<UpdateState>();
  update.state_reason = node.text("stateReason");
  update.evidence = node.text("evidence");
  update.reboot_behavior = node.child("rebootBehavior").enumerator<RebootBehavior>();
  update.published = node.time("publishedDateTime");
  update.advisories = node.list("advisories", read_advisory);
  update.cves = node.list("cves", text_of);
  update.repository = node.text("repository");
  update.origin = node.text("origin");
  if (node.has("sizeBytes")) update.size_bytes = node.child("sizeBytes").integer();
  update.first_seen = node.time("firstSeen");
  return update;
}

Warning read_warning(const Node& node) {
  return {node.child("code").text(), node.child("message").text(), node.text("subject"),
          node.child("incomplete").boolean()};
}

Repository read_repository(const Node& node) {
  Repository repository;
  repository.name = node.child("name").text();
  repository.state = node.child("state").enumerator<RepositoryState>();
  repository.checked_at = node.time("checkedAt");
  repository.published_at = node.time("publishedAt");
  repository.valid_until = node.time("validUntil");
  repository.security = node.child("security").boolean();
  return repository;
}

Metadata read_metadata(const Node& node) {
  node.require_object();
  Metadata metadata;
  metadata.checked_at = node.time("checkedAt");
  metadata.checked_evidence = node.text("checkedEvidence");
  metadata.published_at = node.time("publishedAt");
  node.child("repositories");
  metadata.repositories = node.list("repositories", read_repository);
  metadata.missing_advisory_data = node.list("missingAdvisoryData", text_of);
  return metadata;
}

SourceReport read_source(const Node& node) {
  SourceReport source;
  source.name = node.child("name").text();
  source.service = node.child("patchServiceUsed").enumerator<PatchService>();
  source.duration = std::chrono::milliseconds{node.child("durationMs").integer()};
  if (node.has("failure") == node.has("metadata")) node.fail("expected either a failure or metadata");
  if (node.has("failure")) {
    const Node failure = node.child("failure");
    source.outcome = Failure{failure.child("kind").enumerator<FailureKind>(), failure.text("errorCode"),
                             failure.child("message").text()};
    return source;
  }
  Findings findings;
  findings.metadata = read_metadata(node.child("metadata"));
  node.child("warnings");
  findings.warnings = node.list("warnings", read_warning);
  findings.tool = node.text("tool");
  findings.tool_version = node.text("toolVersion");
  source.outcome = std::move(findings);
  return source;
}

OperatingSystem read_operating_system(const Node& node) {
  node.require_object();
  OperatingSystem os;
  os.id = node.text("id");
  os.id_like = node.list("idLike", text_of);
  os.version_id = node.text("versionId");
  os.codename = node.text("codename");
  os.name = node.text("name");
  os.end_of_support = node.time("endOfSupport");
  os.end_of_support_source = node.text("endOfSupportSource");
  return os;
}

Host read_host(const Node& node) {
  Host host;
  host.id = node.text("id");
  host.hostname = node.text("hostname");
  host.os = read_operating_system(node.child("os"));
  host.arch = node.text("arch");
  host.kernel_running = node.text("kernelRunning");
  host.kernel_installed = node.text("kernelInstalled");
  host.boot_time = node.time("bootTime");
  host.virtualization = node.text("virtualization");
  host.container = node.child("container").boolean();
  if (node.has("cloud")) {
    const Node cloud = node.child("cloud");
    host.cloud = Cloud{cloud.child("provider").text(), cloud.text("resourceId")};
  }
  return host;
}

Reason read_reason(const Node& node) {
  return {node.child("code").text(), node.child("message").text()};
}

RebootReason read_reboot_reason(const Node& node) {
  return {node.child("source").text(), node.child("evidence").text(), node.child("strength").enumerator<Strength>()};
}

void read_sources_and_patches(const Node& node, Assessment& assessment) {
  node.child("sources");
  node.for_each("sources", [&](const Node& item) {
    SourceReport source = read_source(item);
    const auto is_it = [&](const SourceReport& other) { return other.name == source.name; };
    if (std::any_of(assessment.sources.begin(), assessment.sources.end(), is_it))
      item.child("name").fail("two sources of the same name");
    assessment.sources.push_back(std::move(source));
  });
  node.child("patches");
  node.for_each("patches", [&](const Node& item) {
    const std::string name = item.child("source").text();
    for (auto& source : assessment.sources)
      if (auto* findings = std::get_if<Findings>(&source.outcome); findings != nullptr && source.name == name) {
        findings->updates.push_back(read_update(item));
        return;
      }
    item.child("source").fail("no source of this name has answered");
  });
}

/// Looked at before anything is built from the text, so that ten megabytes of '[' cost a scan and nothing else.
void require_shallow(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest)
        throw std::invalid_argument(fmt::format("/: nested deeper than {} levels at byte {}", kDeepest, at + 1));
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

Json parse(std::string_view text) {
  require_shallow(text);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // The library's own message quotes the input, at any length.
    throw std::invalid_argument(fmt::format("/: malformed JSON at byte {}", error.byte));
  } catch (const Json::out_of_range&) {
    throw std::invalid_argument("/: a number in it is out of range");
  }
}

}  // namespace

Assessment assessment_from_json(std::string_view text) {
  const Json json = parse(text);
  const Node node(json);
  if (const Node version = node.child("schemaVersion"); version.integer() != 1)
    version.fail(fmt::format("{} is a version this program does not read", version.integer()));
  Assessment assessment;
  assessment.activity_id = node.child("assessmentActivityId").text();
  assessment.started = node.child("startDateTime").time();
  assessment.last_modified = node.child("lastModifiedDateTime").time();
  assessment.host = read_host(node.child("host"));
  read_sources_and_patches(node, assessment);
  if (node.has("rebootPending")) assessment.reboot_pending = node.child("rebootPending").boolean();
  assessment.reboot_reasons = node.list("rebootReasons", read_reboot_reason);
  assessment.warnings = node.list("warnings", read_warning);
  const Node verdict = node.child("verdict");
  assessment.verdict.value = verdict.child("value").enumerator<VerdictValue>();
  assessment.verdict.reasons = verdict.list("reasons", read_reason);
  assessment.agent_version = node.child("agent").text("version");
  return assessment;
}

}  // namespace patchstate
