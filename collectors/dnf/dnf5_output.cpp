// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_output.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"

namespace patchstate::dnf {
namespace {

using nlohmann::json;

/// `read` on the parsed text; whatever is wrong with it is one error.
template <class Read>
auto reading(std::string_view text, const char* what, Read read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable,
                         std::string("dnf5's JSON of ") + what + " can't be read: " + clean_text(error.what(), 300));
  }
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? std::string() : clean_text(found->get<std::string>());
}

std::string needed_text(const json& object, const char* key) {
  return clean_text(object.at(key).get<std::string>());
}

std::optional<Time> time_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto seconds = found->get<std::int64_t>();
  constexpr std::int64_t kYear9999 = 253402300799;
  if (seconds <= 0 || seconds > kYear9999) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

/// dnf5 writes "none" where an advisory has no severity.
std::string severity_of_json(const json& object, const char* key) {
  const std::string severity = text_of(object, key);
  return severity == "none" || severity == "None" ? std::string() : severity;
}

PackageRow row_of(const json& object) {
  PackageRow row{{needed_text(object, "name"), rpm::parse_evr(needed_text(object, "evr")), needed_text(object, "arch")},
                 text_of(object, "repository")};
  if (row.package.name.empty() || row.package.evr.version.empty())
    throw CollectorError(FailureKind::unparseable, "dnf5 named a package without a name or version");
  return row;
}

void read_rows(const json& list, PackageList& into) {
  for (const auto& one : list) {
    const auto replaced = one.find("obsoletes");
    if (replaced == one.end()) {
      into.rows.push_back(row_of(one));
      continue;
    }
    Replacement replacement{row_of(one), {}};
    for (const auto& old : *replaced) replacement.replaced.push_back(row_of(old));
    into.replacements.push_back(std::move(replacement));
  }
}

rpm::RpmAdvisory advisory_of(const json& object) {
  rpm::RpmAdvisory one;
  one.id = needed_text(object, "Name");
  one.type = text_of(object, "Type");
  one.severity = severity_of_json(object, "Severity");
  one.title = text_of(object, "Title");
  one.status = text_of(object, "Status");
  one.issued = time_of(object, "Issued");
  std::string cves;
  for (const auto& reference : object.at("references")) {
    if (text_of(reference, "Type") == "cve") cves += text_of(reference, "Id") + "\n";
    if (text_of(reference, "Id") == one.id || text_of(reference, "Type") == "self") one.url = text_of(reference, "Url");
  }
  one.cves = rpm::cves_in(cves + one.title + "\n" + text_of(object, "Description"));
  const auto packages = object.at("collections").find("packages");
  if (packages == object.at("collections").end()) return one;  // edge-124: an empty list of packages
  for (const auto& nevra : *packages) {
    const auto package = rpm::parse_nevra(clean_text(nevra.get<std::string>()));
    if (!package) throw CollectorError(FailureKind::unparseable, "dnf5 names a package that is none in " + one.id);
    one.packages.push_back({package->name, package->evr, package->arch, {}, false, {}});
  }
  return one;
}

AdvisoryRow advisory_row(const json& object) {
  const bool referring = object.contains("advisory_name");
  AdvisoryRow row;
  row.advisory = needed_text(object, referring ? "advisory_name" : "name");
  row.type = text_of(object, referring ? "advisory_type" : "type");
  row.severity = severity_of_json(object, referring ? "advisory_severity" : "severity");
  const auto nevra = needed_text(object, "nevra");
  const auto package = rpm::parse_nevra(nevra);
  if (!package) throw CollectorError(FailureKind::unparseable, "dnf5 names a package that is none: " + nevra);
  row.package = *package;
  return row;
}

}  // namespace

PackageList parse_dnf5_packages(std::string_view text) {
  return reading(text, "packages", [](const json& answer) {
    PackageList list;
    if (!answer.is_object() && !(answer.is_array() && answer.empty()))
      throw CollectorError(FailureKind::unparseable, "dnf5's JSON of packages has another shape than is known");
    for (const auto& [key, rows] : answer.items()) read_rows(rows, list);
    return list;
  });
}

std::vector<rpm::RpmAdvisory> parse_dnf5_advisories(std::string_view text) {
  return reading(text, "advisories", [](const json& answer) {
    std::vector<rpm::RpmAdvisory> all;
    if (!answer.is_array())
      throw CollectorError(FailureKind::unparseable, "dnf5's JSON of advisories has another shape than is known");
    for (const auto& one : answer) all.push_back(advisory_of(one));
    return all;
  });
}

std::vector<AdvisoryRow> parse_dnf5_advisory_list(std::string_view text) {
  return reading(text, "a list of advisories", [](const json& answer) {
    std::vector<AdvisoryRow> all;
    if (!answer.is_array())
      throw CollectorError(FailureKind::unparseable, "dnf5's JSON of advisories has another shape than is known");
    for (const auto& one : answer) all.push_back(advisory_row(one));
    return all;
  });
}

std::vector<Repository> parse_dnf5_repositories(std::string_view text) {
  // dnf5 passes on what a .repo file says in another encoding.
  const std::string repaired = clean_text(text, 3 * text.size());
  return reading(repaired, "repositories", [](const json& answer) {
    std::vector<Repository> all;
    if (!answer.is_array())
      throw CollectorError(FailureKind::unparseable, "dnf5's JSON of repositories has another shape than is known");
    for (const auto& object : answer) {
      if (!object.value("is_enabled", true)) continue;
      Repository one;
      one.id = needed_text(object, "id");
      one.name = text_of(object, "name");
      one.revision = text_of(object, "revision");
      one.checked = time_of(object, "timestamp");
      one.published = time_of(object, "max_timestamp");
      all.push_back(std::move(one));
    }
    return all;
  });
}

}  // namespace patchstate::dnf
