// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/tdnf_output.h"

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"

namespace patchstate::dnf {
namespace {

using nlohmann::json;

/// Each object of a list, given to `take`.
template <class Take>
void for_each_object(std::string_view text, const char* what, Take take) {
  try {
    const json answer = json::parse(text);
    if (!answer.is_array())
      throw CollectorError(FailureKind::unparseable, std::string("tdnf's JSON of ") + what + " is no list");
    for (const auto& one : answer) take(one);
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable,
                         std::string("tdnf's JSON of ") + what + " can't be read: " + clean_text(error.what(), 300));
  }
}

std::string text_of(const json& object, const char* key) {
  return clean_text(object.at(key).get<std::string>());
}

}  // namespace

PackageList parse_tdnf_packages(std::string_view text) {
  PackageList list;
  for_each_object(text, "packages", [&](const json& one) {
    PackageRow row{{text_of(one, "Name"), rpm::parse_evr(text_of(one, "Evr")), text_of(one, "Arch")},
                   text_of(one, "Repo")};
    if (row.package.name.empty() || row.package.evr.version.empty())
      throw CollectorError(FailureKind::unparseable, "tdnf named a package without a name or version");
    list.rows.push_back(std::move(row));
  });
  return list;
}

std::vector<Repository> parse_tdnf_repositories(std::string_view text) {
  std::vector<Repository> all;
  // tdnf passes on what a .repo file says in another encoding.
  for_each_object(clean_text(text, 3 * text.size()), "repositories", [&](const json& one) {
    if (!one.value("Enabled", true)) return;
    Repository repository;
    repository.id = text_of(one, "Repo");
    repository.name = clean_text(one.value("RepoName", std::string()));
    repository.loaded = true;
    all.push_back(std::move(repository));
  });
  return all;
}

}  // namespace patchstate::dnf
