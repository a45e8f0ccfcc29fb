// SPDX-License-Identifier: Apache-2.0
#include "agent/findings_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace patchstate {
namespace {

/// Each value is a number, or the number of its bytes and the bytes: "12,4:bash".
class Writer {
 public:
  std::string take() { return std::move(out_); }

  void operator()(const std::string& text) {
    number(static_cast<std::int64_t>(text.size()), ':');
    out_ += text;
  }
  void operator()(bool value) { number(value ? 1 : 0, ','); }
  void operator()(std::int64_t value) { number(value, ','); }
  void operator()(const Time& time) { number(time.time_since_epoch().count(), ','); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum value) { number(static_cast<std::int64_t>(value), ','); }
  template <class Value>
  void operator()(const std::optional<Value>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class Value, class Each>
  void list(const std::vector<Value>& values, Each each) {
    number(static_cast<std::int64_t>(values.size()), ',');
    for (const auto& value : values) each(value);
  }

 private:
  void number(std::int64_t value, char end) {
    char digits[24];
    const auto written = std::to_chars(digits, digits + sizeof digits, value);
    out_.append(digits, written.ptr);
    out_ += end;
  }

  std::string out_;
};

/// The other way. After the first thing that is wrong every value is empty, and `whole` is false.
class Reader {
  /// Set aside on the word of a count; more come one by one.
  static constexpr std::size_t kMostAtOnce = 1024;

 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool whole() const { return good_ && rest_.empty(); }

  void operator()(std::string& text) {
    const auto size = static_cast<std::uint64_t>(number(':'));
    if (!(good_ = good_ && size <= rest_.size())) return;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void operator()(bool& value) { value = below(2) != 0; }
  void operator()(std::int64_t& value) { value = number(','); }
  void operator()(Time& time) { time = Time(std::chrono::seconds(number(','))); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum& value) { value = all_values<Enum>()[below(all_values<Enum>().size())]; }
  template <class Value>
  void operator()(std::optional<Value>& value) {
    bool there = false;
    (*this)(there);
    if (there) (*this)(value.emplace());
  }
  template <class Value, class Each>
  void list(std::vector<Value>& values, Each each) {
    // Each value takes a byte at least: a count can't promise more than there is.
    auto left = below(rest_.size() + 1);
    values.reserve(std::min(left, kMostAtOnce));
    for (; left > 0 && good_; --left) each(values.emplace_back());
  }

 private:
  std::int64_t number(char end) {
    std::int64_t value = 0;
    const char* const last = rest_.data() + rest_.size();
    const auto parsed = std::from_chars(rest_.data(), last, value);
    if (!(good_ = good_ && parsed.ec == std::errc{} && parsed.ptr != last && *parsed.ptr == end)) return 0;
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr + 1 - rest_.data()));
    return value;
  }
  std::size_t below(std::size_t limit) {
    const auto value = static_cast<std::uint64_t>(number(','));
    good_ = good_ && value < limit;
    return good_ ? value : 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

// Below: every field of findings, once, for both directions.

template <class Archive, class AnyAdvisory>
void visit_advisory(Archive& archive, AnyAdvisory& advisory) {
  archive(advisory.id);
  archive(advisory.type);
  archive(advisory.severity);
  archive(advisory.issued);
  archive(advisory.url);
}

template <class Archive, class AnyUpdate>
void visit_update(Archive& archive, AnyUpdate& update) {
  const auto value = [&](auto& one) { archive(one); };
  for (auto* text :
       {&update.patch_id, &update.name, &update.version, &update.installed_version, &update.arch,
        &update.source_package, &update.source_version, &update.purl, &update.kb_id, &update.vendor_severity,
        &update.state_reason, &update.evidence, &update.repository, &update.origin})
    archive(*text);
  archive.list(update.classifications, value);
  archive(update.severity);
  archive(update.state);
  archive(update.reboot_behavior);
  archive.list(update.advisories, [&](auto& advisory) { visit_advisory(archive, advisory); });
  archive.list(update.cves, value);
  archive(update.size_bytes);
  archive(update.published);
  archive(update.first_seen);
}

template <class Archive, class AnyRepository>
void visit_repository(Archive& archive, AnyRepository& repository) {
  archive(repository.name);
  archive(repository.state);
  archive(repository.checked_at);
  archive(repository.published_at);
  archive(repository.valid_until);
  archive(repository.security);
}

template <class Archive, class AnyFindings>
void visit(Archive& archive, AnyFindings& findings) {
  archive(findings.tool);
  archive(findings.tool_version);
  archive(findings.service);
  archive(findings.digest);
  archive.list(findings.updates, [&](auto& update) { visit_update(archive, update); });
  auto& metadata = findings.metadata;
  archive(metadata.checked_at);
  archive(metadata.checked_evidence);
  archive(metadata.published_at);
  archive.list(metadata.repositories, [&](auto& repository) { visit_repository(archive, repository); });
  archive.list(metadata.missing_advisory_data, [&](auto& name) { archive(name); });
  archive.list(findings.warnings, [&](auto& warning) {
    for (auto* text : {&warning.code, &warning.message, &warning.subject}) archive(*text);
    archive(warning.incomplete);
  });
}

}  // namespace

std::string to_text(const Findings& findings) {
  Writer writer;
  visit(writer, findings);
  return writer.take();
}

std::optional<Findings> findings_from_text(std::string_view text) {
  Reader reader(text);
  Findings findings;
  visit(reader, findings);
  return reader.whole() ? std::optional(std::move(findings)) : std::nullopt;
}

}  // namespace patchstate
