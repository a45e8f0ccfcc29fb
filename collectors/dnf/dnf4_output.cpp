// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf4_output.h"

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"
#include "collectors/dnf/dnf_errors.h"

namespace patchstate::dnf {
namespace {

using nlohmann::json;

/// libsolv's word for no text.
std::string text_of(const json& object, const char* key) {
  const auto text = object.value(key, std::string());
  return text == "<NULL>" ? std::string() : clean_text(text);
}

std::optional<Time> time_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto seconds = found->get<std::int64_t>();
  constexpr std::int64_t kYear9999 = 253402300799;
  if (seconds <= 0 || seconds > kYear9999) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

rpm::Nevra package_of(const json& object) {
  rpm::Nevra package{clean_text(object.at("name").get<std::string>()),
                     rpm::parse_evr(clean_text(object.at("evr").get<std::string>())),
                     clean_text(object.at("arch").get<std::string>())};
  if (package.name.empty() || package.evr.version.empty())
    throw CollectorError(FailureKind::unparseable, "dnf named a package without a name or version");
  return package;
}

std::vector<rpm::Nevra> nevras_of(const json& list, Snapshot& snapshot) {
  std::vector<rpm::Nevra> all;
  for (const auto& one : list) {
    const auto text = clean_text(one.get<std::string>());
    if (const auto package = rpm::parse_nevra(text))
      all.push_back(*package);
    else
      snapshot.not_understood.push_back(text);
  }
  return all;
}

Repository repository_of(const json& object) {
  Repository one;
  one.id = clean_text(object.at("id").get<std::string>());
  one.name = text_of(object, "name");
  one.loaded = object.at("loaded").get<bool>();
  one.cached = object.value("cached", one.loaded);
  one.problem = text_of(object, "problem");
  one.checked = time_of(object, "checked");
  one.published = time_of(object, "published");
  one.revision = text_of(object, "revision");
  one.updateinfo = object.value("updateinfo", std::string());
  if (one.loaded) one.advisories = object.at("advisories").get<bool>();
  return one;
}

Candidate candidate_of(const json& object, Snapshot& snapshot) {
  Candidate one;
  one.package = package_of(object);
  one.repository = text_of(object, "repo");
  one.source = text_of(object, "source");
  one.vendor = text_of(object, "vendor");
  if (const auto size = object.find("size"); size != object.end() && size->is_number_integer())
    one.size = size->get<std::int64_t>();
  one.built = time_of(object, "built");
  if (const auto replaces = object.find("replaces"); replaces != object.end())
    one.replaces = nevras_of(*replaces, snapshot);
  return one;
}

rpm::RpmAdvisory advisory_of(const json& object) {
  rpm::RpmAdvisory one;
  one.id = clean_text(object.at("id").get<std::string>());
  one.type = text_of(object, "type");
  one.severity = text_of(object, "severity");
  one.title = text_of(object, "title");
  one.url = text_of(object, "url");
  one.issued = parse_time(text_of(object, "issued"));
  std::string cves;
  for (const auto& cve : object.at("cves")) cves += cve.get<std::string>() + "\n";
  one.cves = rpm::cves_in(cves);
  for (const auto& row : object.at("packages")) {
    rpm::AdvisoryPackage package;
    package.name = clean_text(row.at(0).get<std::string>());
    package.version = rpm::parse_evr(clean_text(row.at(1).get<std::string>()));
    package.arch = clean_text(row.at(2).get<std::string>());
    package.reboot_suggested = row.at(3).get<bool>();
    one.reboot_suggested = one.reboot_suggested || package.reboot_suggested;
    one.packages.push_back(std::move(package));
  }
  return one;
}

void read_candidates(const json& answer, Snapshot& snapshot) {
  for (const auto& one : answer.at("upgrades")) snapshot.candidates.push_back(candidate_of(one, snapshot));
  for (const auto& one : answer.at("obsoletes")) snapshot.candidates.push_back(candidate_of(one, snapshot));
  for (const auto& one : answer.at("held")) {
    snapshot.candidates.push_back(candidate_of(one, snapshot));
    snapshot.candidates.back().held = true;
    snapshot.candidates.back().held_by = text_of(one, "by");
  }
}

void read_plan(const json& plan, Snapshot& snapshot) {
  if (plan.is_null()) {
    snapshot.plan_failed = true;
    return;
  }
  Plan& read = snapshot.plan.emplace();
  read.installs = nevras_of(plan.at("installs"), snapshot);
  read.removes = nevras_of(plan.at("removes"), snapshot);
  for (const auto& problem : plan.at("problems")) read.problems.push_back(clean_text(problem.get<std::string>()));
}

void read_complaints(const json& answer, Snapshot& snapshot) {
  const auto complaints = answer.find("complaints");
  if (complaints == answer.end()) return;
  for (const auto& one : *complaints)
    snapshot.complaints.push_back({one.value("error", false), masked(text_of(one, "text"), 500)});
}

[[noreturn]] void throw_error(const json& error, const Snapshot& snapshot) {
  std::string text = text_of(error, "text");
  // SystemExit says nothing: what dnf logged before is the reason.
  const std::string type = text_of(error, "type");
  if (type == "SystemExit" || text.empty())
    for (const auto& complaint : snapshot.complaints)
      if (complaint.error) text = complaint.text;
  throw dnf_failure("dnf", type + ": " + text, type);
}

}  // namespace

Snapshot parse_dnf4(std::string_view text) {
  try {
    const json answer = json::parse(text);
    Snapshot snapshot;
    snapshot.tool = "dnf";
    read_complaints(answer, snapshot);
    if (const auto error = answer.find("error"); error != answer.end()) throw_error(*error, snapshot);
    snapshot.tool_version = text_of(answer, "tool");
    snapshot.installed_count = answer.at("installedCount").get<std::size_t>();
    for (const auto& one : answer.at("repositories")) snapshot.repositories.push_back(repository_of(one));
    if (const auto offers = answer.find("offersLibc"); offers != answer.end() && offers->is_boolean())
      snapshot.offers_libc = offers->get<bool>();
    for (const auto& one : answer.at("installed")) snapshot.installed.push_back(package_of(one));
    read_candidates(answer, snapshot);
    for (const auto& one : answer.at("installonly"))
      snapshot.kernels.push_back({package_of(one), text_of(one, "release")});
    for (const auto& [nevra, module] : answer.at("modules").items())
      if (const auto package = rpm::parse_nevra(nevra))
        snapshot.modules.push_back({*package, clean_text(module.get<std::string>())});
    for (const auto& one : answer.at("advisories")) snapshot.advisories.push_back(advisory_of(one));
    read_plan(answer.at("plan"), snapshot);
    return snapshot;
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable, std::string("the answer of dnf's own library can't be read: ") +
                                                       clean_text(error.what(), 300));
  }
}

}  // namespace patchstate::dnf
