// SPDX-License-Identifier: Apache-2.0
// The tolerant reader: what it does not know it leaves out, what it does not understand it refuses with the place.
// A template, because it has two users with different needs: the agent reads small files with the library it has
// anyway, the hub reads hundreds of reports a second.
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::reading {

/// A JSON value and where it stands. Null reads as absent, so that a writer of either habit is understood.
///
/// `Value` is cheap to copy and has: is_null(), is_object(), is_array(); string(), boolean(), integer() -> optional,
/// empty for another type (or, for integer(), what does not fit into 64 bits); member(key) -> optional<Value>, of an
/// object; for_each(visit) over the items of an array.
template <class Value>
class Node {
 public:
  explicit Node(Value value) : value_(value) {}
  Node(Value value, const Node& parent, const char* key) : value_(value), parent_(&parent), key_(key) {}
  Node(Value value, const Node& parent, std::size_t index) : value_(value), parent_(&parent), index_(index) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw std::invalid_argument(fmt::format("{}: {}", parent_ == nullptr ? "/" : path(), what));
  }
  void require_object() const {
    if (!value_.is_object()) fail("expected an object");
  }
  bool has(const char* key) const { return find(key).has_value(); }
  Node child(const char* key) const {
    if (const auto value = find(key)) return {*value, *this, key};
    Node(value_, *this, key).fail("required, but missing");
  }
  std::string text() const {
    const auto value = value_.string();
    if (!value) fail("expected a string");
    return std::string(*value);
  }
  std::string text(const char* key) const {
    const auto value = find(key);
    return value ? Node(*value, *this, key).text() : std::string{};
  }
  bool boolean() const {
    const auto value = value_.boolean();
    if (!value) fail("expected true or false");
    return *value;
  }
  std::int64_t integer() const {
    const auto value = value_.integer();
    if (!value) fail("expected a whole number");
    return *value;
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
    const auto value = find(key);
    if (!value) return;
    const Node array(*value, *this, key);
    if (!value->is_array()) array.fail("expected an array");
    std::size_t index = 0;
    value->for_each([&](const Value& item) { visit(Node(item, array, index++)); });
  }

 private:
  std::optional<Value> find(const char* key) const {
    require_object();
    auto found = value_.member(key);
    return found && !found->is_null() ? found : std::nullopt;
  }
  std::string path() const {
    if (parent_ == nullptr) return {};
    return parent_->path() + "/" + (key_ != nullptr ? std::string(key_) : std::to_string(index_));
  }

  Value value_;
  const Node* parent_ = nullptr;
  const char* key_ = nullptr;
  std::size_t index_ = 0;
};

template <class Value>
std::string text_of(const Node<Value>& node) {
  return node.text();
}
template <class Value>
Classification classification_of(const Node<Value>& node) {
  return node.template enumerator<Classification>();
}

template <class Value>
Advisory read_advisory(const Node<Value>& node) {
  Advisory advisory;
  advisory.id = node.child("id").text();
  advisory.type = node.child("type").template enumerator<Classification>();
  advisory.severity = node.child("severity").template enumerator<Severity>();
  advisory.issued = node.time("issued");
  advisory.url = node.text("url");
  return advisory;
}

template <class Value>
Update read_update(const Node<Value>& node) {
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
  update.classifications = node.list("classifications", classification_of<Value>);
  update.severity = node.child("severity").template enumerator<Severity>();
  update.vendor_severity = node.text("vendorSeverity");
  update.state = node.child("state").template enumerator<UpdateState>();
  update.state_reason = node.text("stateReason");
  update.evidence = node.text("evidence");
  update.reboot_behavior = node.child("rebootBehavior").template enumerator<RebootBehavior>();
  update.published = node.time("publishedDateTime");
  update.advisories = node.list("advisories", read_advisory<Value>);
  update.cves = node.list("cves", text_of<Value>);
  update.repository = node.text("repository");
  update.origin = node.text("origin");
  if (node.has("sizeBytes")) update.size_bytes = node.child("sizeBytes").integer();
  update.first_seen = node.time("firstSeen");
  return update;
}

template <class Value>
Warning read_warning(const Node<Value>& node) {
  return {node.child("code").text(), node.child("message").text(), node.text("subject"),
          node.child("incomplete").boolean()};
}

template <class Value>
Repository read_repository(const Node<Value>& node) {
  Repository repository;
  repository.name = node.child("name").text();
  repository.state = node.child("state").template enumerator<RepositoryState>();
  repository.checked_at = node.time("checkedAt");
  repository.published_at = node.time("publishedAt");
  repository.valid_until = node.time("validUntil");
  repository.security = node.child("security").boolean();
  return repository;
}

template <class Value>
Metadata read_metadata(const Node<Value>& node) {
  node.require_object();
  Metadata metadata;
  metadata.checked_at = node.time("checkedAt");
  metadata.checked_evidence = node.text("checkedEvidence");
  metadata.published_at = node.time("publishedAt");
  node.child("repositories");
  metadata.repositories = node.list("repositories", read_repository<Value>);
  metadata.missing_advisory_data = node.list("missingAdvisoryData", text_of<Value>);
  return metadata;
}

template <class Value>
SourceReport read_source(const Node<Value>& node) {
  SourceReport source;
  source.name = node.child("name").text();
  source.service = node.child("patchServiceUsed").template enumerator<PatchService>();
  source.duration = std::chrono::milliseconds{node.child("durationMs").integer()};
  if (node.has("failure") == node.has("metadata")) node.fail("expected either a failure or metadata");
  if (node.has("failure")) {
    const Node<Value> failure = node.child("failure");
    source.outcome = Failure{failure.child("kind").template enumerator<FailureKind>(), failure.text("errorCode"),
                             failure.child("message").text()};
    return source;
  }
  Findings findings;
  findings.metadata = read_metadata(node.child("metadata"));
  node.child("warnings");
  findings.warnings = node.list("warnings", read_warning<Value>);
  if (node.has("lastInstallation")) {
    const Node<Value> installation = node.child("lastInstallation");
    installation.require_object();
    if (const auto at = installation.time("at"))
      findings.last_installation = Installation{*at, installation.text("name")};
    else
      installation.fail("expected a time in \"at\"");
  }
  findings.tool = node.text("tool");
  findings.tool_version = node.text("toolVersion");
  source.outcome = std::move(findings);
  return source;
}

template <class Value>
OperatingSystem read_operating_system(const Node<Value>& node) {
  node.require_object();
  OperatingSystem os;
  os.id = node.text("id");
  os.id_like = node.list("idLike", text_of<Value>);
  os.version_id = node.text("versionId");
  os.codename = node.text("codename");
  os.name = node.text("name");
  os.end_of_support = node.time("endOfSupport");
  os.end_of_support_source = node.text("endOfSupportSource");
  return os;
}

template <class Value>
Host read_host(const Node<Value>& node) {
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
    const Node<Value> cloud = node.child("cloud");
    host.cloud = Cloud{cloud.child("provider").text(), cloud.text("resourceId")};
  }
  return host;
}

template <class Value>
Reason read_reason(const Node<Value>& node) {
  return {node.child("code").text(), node.child("message").text()};
}

template <class Value>
RebootReason read_reboot_reason(const Node<Value>& node) {
  return {node.child("source").text(), node.child("evidence").text(),
          node.child("strength").template enumerator<Strength>()};
}

template <class Value>
void read_sources_and_patches(const Node<Value>& node, Assessment& assessment) {
  node.child("sources");
  node.for_each("sources", [&](const Node<Value>& item) {
    SourceReport source = read_source(item);
    const auto is_it = [&](const SourceReport& other) { return other.name == source.name; };
    if (std::any_of(assessment.sources.begin(), assessment.sources.end(), is_it))
      item.child("name").fail("two sources of the same name");
    assessment.sources.push_back(std::move(source));
  });
  node.child("patches");
  node.for_each("patches", [&](const Node<Value>& item) {
    const std::string name = item.child("source").text();
    for (auto& source : assessment.sources)
      if (auto* findings = std::get_if<Findings>(&source.outcome); findings != nullptr && source.name == name) {
        findings->updates.push_back(read_update(item));
        return;
      }
    item.child("source").fail("no source of this name has answered");
  });
}

/// Throws std::invalid_argument as assessment_from_json does.
template <class Value>
Assessment read_assessment(const Node<Value>& node) {
  if (const Node<Value> version = node.child("schemaVersion"); version.integer() != 1)
    version.fail(fmt::format("{} is a version this program does not read", version.integer()));
  Assessment assessment;
  assessment.activity_id = node.child("assessmentActivityId").text();
  assessment.started = node.child("startDateTime").time();
  assessment.last_modified = node.child("lastModifiedDateTime").time();
  assessment.host = read_host(node.child("host"));
  read_sources_and_patches(node, assessment);
  if (node.has("rebootPending")) assessment.reboot_pending = node.child("rebootPending").boolean();
  assessment.reboot_reasons = node.list("rebootReasons", read_reboot_reason<Value>);
  assessment.warnings = node.list("warnings", read_warning<Value>);
  const Node<Value> verdict = node.child("verdict");
  assessment.verdict.value = verdict.child("value").template enumerator<VerdictValue>();
  assessment.verdict.reasons = verdict.list("reasons", read_reason<Value>);
  const Node<Value> agent = node.child("agent");
  assessment.agent_version = agent.text("version");
  if (agent.has("intervalSeconds"))
    assessment.interval = std::chrono::seconds{agent.child("intervalSeconds").integer()};
  assessment.state_hash = node.text("stateHash");
  return assessment;
}

}  // namespace patchstate::reading
