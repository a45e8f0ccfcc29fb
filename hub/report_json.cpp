// SPDX-License-Identifier: Apache-2.0
// simdjson, because reading is what a full report costs: a report of 100 updates in 0.1 ms instead of 2.5
// (docs/decisions/0006).
#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <new>
#include <set>
#include <stdexcept>
#include <unordered_set>

#include <fmt/core.h>
#include <simdjson.h>

#include "assessment/assessment_json.h"
#include "assessment/assessment_reader.h"
#include "assessment/json_writer.h"
#include "hub/report.h"
#include "platform/gzip.h"

namespace patchstate {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kUsualKeys = 128;
constexpr std::size_t kUsualReport = 1U << 20U;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestId = 256;
// PostgreSQL's indexes take no row over 2,700 bytes: source, patch id, version and origin together are one.
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kLongestVersion = 512;
constexpr std::size_t kMostReasons = 20;
constexpr std::chrono::seconds kShortestInterval{60};
constexpr std::chrono::seconds kLongestInterval = std::chrono::hours{24 * 7};

class Value {
 public:
  explicit Value(dom::element element) : element_(element) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return;
    begin_ = next_ = object.begin();
    end_ = object.end();
  }
  bool is_null() const { return element_.is_null(); }
  bool is_object() const { return element_.is_object(); }
  bool is_array() const { return element_.is_array(); }
  std::optional<std::string_view> string() const { return as<std::string_view>(); }
  std::optional<bool> boolean() const { return as<bool>(); }
  std::optional<std::int64_t> integer() const { return as<std::int64_t>(); }
  std::optional<Value> member(const char* key) const {
    const std::string_view wanted(key);
    // Most writers keep the order of the schema, which is the order of reading: it is the next one.
    if (next_ != end_ && next_.key_equals(wanted)) return take(next_);
    for (dom::object::iterator at = begin_; at != end_; ++at)
      if (at.key_equals(wanted)) return take(at);
    return std::nullopt;
  }
  void for_each(auto&& visit) const {
    for (const dom::element item : dom::array(element_)) visit(Value(item));
  }

 private:
  template <class Type>
  std::optional<Type> as() const {
    Type value;
    if (element_.get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }
  Value take(dom::object::iterator at) const {
    const Value found(at.value());
    next_ = ++at;
    return found;
  }

  dom::element element_;
  dom::object::iterator begin_;
  dom::object::iterator end_;
  mutable dom::object::iterator next_;
};
using Node = reading::Node<Value>;

/// The same key twice in one object: two readers of it could see two reports.
void require_unique_keys(dom::element element) {
  if (element.is_array()) {
    for (const dom::element item : dom::array(element)) require_unique_keys(item);
    return;
  }
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return;
  std::uint64_t seen = 0;  // a bit for each key, by its length and ends: only where it is set one must look closer
  const bool is_large = object.size() > kUsualKeys;
  std::set<std::string_view> all;  // of a large one, or a million keys would be looked at a million times
  for (auto at = object.begin(); at != object.end(); ++at) {
    const std::string_view key = at.key();
    const auto ends =
        key.empty() ? 0U : static_cast<unsigned char>(key.front()) * 7U + static_cast<unsigned char>(key.back());
    const std::uint64_t bit = std::uint64_t{1} << ((key.size() * 5U + ends) % 64U);
    bool is_second = is_large && !all.insert(key).second;
    if (!is_large && (seen & bit) != 0)
      for (auto before = object.begin(); before != at && !is_second; ++before) is_second = before.key_equals(key);
    if (is_second) throw std::invalid_argument(fmt::format("/: the key \"{:.60}\" stands twice in one object", key));
    seen |= bit;
    const dom::element value = at.value();
    if (value.is_object() || value.is_array()) require_unique_keys(value);
  }
}

std::string cleaned(std::string text, std::size_t max_bytes) {
  const bool is_clean = text.size() <= max_bytes && std::all_of(text.begin(), text.end(), [](char c) {
                          return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
                        });
  return is_clean ? std::move(text) : clean_text(text, max_bytes);
}

std::string require_uuid(const Node& node) {
  std::string text = node.text();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  bool good = text.size() == 36;
  for (std::size_t i = 0; good && i < text.size(); ++i)
    good = i == 8 || i == 13 || i == 18 || i == 23
               ? text[i] == '-'
               : (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
  if (!good) node.fail("expected a UUID, like 961afb2e-aad8-489c-84b7-bd120c64b6d3");
  return text;
}

std::string require_host_id(const Node& node) {
  std::string text = node.text();
  if (text.empty()) node.fail("a report needs the id of its host");
  if (!is_host_id(text)) node.fail("not an id of a host");
  return text;
}

std::chrono::seconds interval_of(std::optional<std::chrono::seconds> said, std::chrono::seconds otherwise) {
  return std::clamp(said.value_or(otherwise), kShortestInterval, kLongestInterval);
}

template <class Item>
std::string json_list(const std::vector<Item>& items, auto&& text_of) {
  if (items.empty()) return "[]";
  JsonWriter json(JsonStyle::compact);
  json.begin_array();
  for (const auto& item : items) json.text(cleaned(text_of(item), kLongestId));
  json.end_array();
  return std::move(json).take();
}

/// Critical before security before the rest; what can't be told is never hidden behind what can.
Classification weightiest(const Update& update) {
  for (const auto wanted : {Classification::critical, Classification::security, Classification::unknown})
    if (std::find(update.classifications.begin(), update.classifications.end(), wanted) != update.classifications.end())
      return wanted;
  return update.classifications.empty() ? Classification::unknown : update.classifications.front();
}

/// FNV-1a: the same on every machine and in every version, which std::hash does not promise.
std::uint64_t hash_of(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 14695981039346656037U;
  for (const auto part : parts) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xffU) * 1099511628211U;  // no byte of UTF-8
  }
  return hash;
}

void add_hashes(ReportedUpdate& row) {
  row.identity = hash_of({row.source, row.patch_id, row.version, row.origin});
  row.standing = hash_of({row.state, row.installed_version});
  row.details = hash_of({row.severity, row.classification, row.advisories, row.cves});
}

ReportedUpdate row_of(const std::string& source, Update&& update, Time otherwise) {
  ReportedUpdate row;
  row.source = cleaned(source, kLongestId);
  row.patch_id = cleaned(std::move(update.patch_id), kLongestName);
  row.name = cleaned(std::move(update.name), kLongestName);
  row.version = cleaned(std::move(update.version), kLongestVersion);
  row.installed_version = cleaned(std::move(update.installed_version), kLongestText);
  row.arch = cleaned(std::move(update.arch), kLongestId);
  row.classification = to_text(weightiest(update));
  row.severity = to_text(update.severity);
  row.state = to_text(update.state);
  row.advisories = json_list(update.advisories, [](const Advisory& advisory) { return advisory.id; });
  row.cves = json_list(update.cves, [](const std::string& cve) { return cve; });
  row.repository = cleaned(std::move(update.repository), kLongestText);
  row.origin = cleaned(std::move(update.origin), kLongestId);
  row.security = is_security(update);
  row.first_seen = update.first_seen.value_or(otherwise);
  add_hashes(row);
  return row;
}

void add_updates(Report& report) {
  Severity worst = Severity::unknown;
  std::unordered_set<std::uint64_t> missing;
  for (auto& source : report.assessment.sources) {
    auto* const findings = std::get_if<Findings>(&source.outcome);
    if (findings == nullptr) continue;
    for (auto& update : findings->updates) {
      const bool counts = is_pending(update) && is_security(update);
      const Severity severity = update.severity;
      const bool waits = update.state == UpdateState::installed_pending_reboot;
      report.updates.push_back(row_of(source.name, std::move(update), report.reported));
      if (!counts) continue;
      worst = std::max(worst, severity);
      missing.insert(report.updates.back().identity ^ (waits ? 1U : 0U));
    }
    if (findings->metadata.checked_at && (report.checked == Time{} || *findings->metadata.checked_at < report.checked))
      report.checked = *findings->metadata.checked_at;
    findings->updates = {};
  }
  report.max_severity = to_text(worst);
  std::unordered_set<std::uint64_t> seen;
  std::erase_if(report.updates, [&](const ReportedUpdate& row) { return !seen.insert(row.identity).second; });
  std::uint64_t all = report.updates.size();
  for (const auto& row : report.updates)
    all += (row.identity ^ row.standing * 3 ^ row.details * 5) * 0x9e3779b97f4a7c15U;
  report.updates_hash = fmt::format("{:016x}", all);
  std::uint64_t lacks = missing.size();
  for (const auto identity : missing) lacks += identity * 0x9e3779b97f4a7c15U;
  report.lacks = std::bit_cast<std::int64_t>(lacks);
}

int gravity(VerdictValue value) {
  if (value == VerdictValue::compliant) return 0;
  return value == VerdictValue::unknown ? 1 : 2;
}

/// The hub's own, but never a better one than the host's: that may have a stricter policy, or be of a version that
/// knows a doubt which this hub does not.
Verdict graver(Verdict hosts, Verdict own) {
  if (gravity(own.value) >= gravity(hosts.value)) return own;
  if (hosts.reasons.size() > kMostReasons) hosts.reasons.resize(kMostReasons);
  if (hosts.reasons.empty()) hosts.reasons.push_back({"host_says_so", "the machine says so itself, and not why"});
  if (own.value == VerdictValue::compliant) return hosts;
  for (auto& doubt : own.reasons)
    if (std::none_of(hosts.reasons.begin(), hosts.reasons.end(),
                     [&](const Reason& said) { return said.code == doubt.code; }))
      hosts.reasons.push_back(std::move(doubt));
  return hosts;
}

Report read_full(const Node& node, const IngestLimits& limits) {
  Report report;
  report.activity_id = require_uuid(node.child("assessmentActivityId"));
  report.host_id = require_host_id(node.child("host").child("id"));
  report.assessment = reading::read_assessment(node);
  report.reported = report.assessment.last_modified;
  report.interval = interval_of(report.assessment.interval, limits.default_interval);
  report.state_hash = cleaned(report.assessment.state_hash, kLongestId);
  report.agent_version = cleaned(report.assessment.agent_version, kLongestId);
  report.assessment.verdict =
      graver(std::move(report.assessment.verdict), judge(report.assessment, limits.policy, report.reported));
  report.counts = count(report.assessment);
  add_updates(report);
  return report;
}

// {"schemaVersion":1,"heartbeat":true,"assessmentActivityId":"…","lastModifiedDateTime":"…","host":{"id":"…"},
//  "agent":{"version":"…","intervalSeconds":21600},"stateHash":"…","metadataCheckedAt":"…"}
Report read_heartbeat(const Node& node, const IngestLimits& limits) {
  if (const Node version = node.child("schemaVersion"); version.integer() != 1)
    version.fail("a version this hub does not read");
  Report report;
  report.kind = ReportKind::heartbeat;
  report.activity_id = require_uuid(node.child("assessmentActivityId"));
  report.host_id = require_host_id(node.child("host").child("id"));
  report.reported = node.child("lastModifiedDateTime").time();
  const Node agent = node.child("agent");
  std::optional<std::chrono::seconds> interval;
  if (agent.has("intervalSeconds")) interval = std::chrono::seconds{agent.child("intervalSeconds").integer()};
  report.interval = interval_of(interval, limits.default_interval);
  report.agent_version = cleaned(agent.text("version"), kLongestId);
  report.state_hash = cleaned(node.child("stateHash").text(), kLongestId);
  report.checked = node.time("metadataCheckedAt").value_or(Time{});
  return report;
}

Problem malformed(simdjson::error_code error) {
  if (error == simdjson::DEPTH_ERROR)
    return {400, "the JSON is nested too deeply", fmt::format("deeper than {} levels", kDeepest), {}};
  return {400, "the body is not JSON", simdjson::error_message(error), {}};
}

/// "/patches/3/state: expected a string" as a problem.
Problem invalid(std::string_view message) {
  const auto colon = message.find(": ");
  const std::string pointer(message.substr(0, colon == std::string_view::npos ? 0 : colon));
  return {422, "the report is not valid", std::string(message), pointer == "/" ? std::string{} : pointer};
}

}  // namespace

bool is_host_id(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  return !text.empty() && text.size() <= kLongestId && std::none_of(text.begin(), text.end(), is_control) &&
         clean_text(text, kLongestId) == text;
}

ReadReport read_report(std::string_view body, std::string_view encoding, const IngestLimits& limits) {
  std::string expanded;
  std::string_view text = body;
  if (encoding == "gzip") {
    try {
      expanded = gunzip(body, limits.max_expanded);
    } catch (const std::length_error&) {
      return {{},
              {413, "the body is too large", fmt::format("it expands to more than {} bytes", limits.max_expanded), {}}};
    } catch (const std::invalid_argument& error) {
      return {{}, {400, "the body is not what Content-Encoding says", fmt::format("gzip: {}", error.what()), {}}};
    }
    text = expanded;
  } else if (!encoding.empty() && encoding != "identity") {
    return {{}, {415, "this Content-Encoding is not understood", "send gzip, or nothing", {}}};
  } else if (body.size() > limits.max_expanded) {
    return {{}, {413, "the body is too large", fmt::format("more than {} bytes", limits.max_expanded), {}}};
  }

  // Its memory is kept from report to report; that of a giant is given back before the next.
  static thread_local dom::parser parser;
  if (parser.capacity() > kUsualReport) parser = dom::parser();
  if (parser.max_depth() != kDeepest && parser.allocate(kUsualReport, kDeepest) != simdjson::SUCCESS)
    throw std::bad_alloc();
  dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root)) return {{}, malformed(error)};
  try {
    require_unique_keys(root);
    const Node node{Value(root)};
    const bool is_heartbeat = node.has("heartbeat") && node.child("heartbeat").boolean();
    Report report = is_heartbeat ? read_heartbeat(node, limits) : read_full(node, limits);
    if (!is_heartbeat) report.body = encoding == "gzip" ? std::string(body) : gzip(text, Effort::quick);
    return {std::move(report), {}};
  } catch (const std::invalid_argument& error) {
    return {{}, invalid(error.what())};
  }
}

}  // namespace patchstate
