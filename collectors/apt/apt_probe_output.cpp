// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_probe_output.h"

#include <nlohmann/json.hpp>

#include "collectors/collector.h"

namespace patchstate::apt {
namespace {

using nlohmann::json;

std::string text_or_empty(const json& object, const char* key) {
  return object.value(key, std::string());
}

std::optional<bool> flag(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return found->get<bool>();
}

PackageFile package_file(const json& object) {
  PackageFile file;
  file.description = object.at("description").get<std::string>();
  // "URI suite/component arch Packages": the repository is what comes before the architecture.
  file.repository = file.description;
  for (int part = 0; part < 2; ++part)
    if (const auto space = file.repository.rfind(' '); space != std::string::npos) file.repository.resize(space);
  file.archive = text_or_empty(object, "archive");
  file.codename = text_or_empty(object, "codename");
  file.origin = text_or_empty(object, "origin");
  file.label = text_or_empty(object, "label");
  return file;
}

Source source(const json& object) {
  Source one;
  one.uri = object.at("uri").get<std::string>();
  one.suite = object.at("suite").get<std::string>();
  for (const auto& component : object.at("components"))
    one.components += (one.components.empty() ? "" : " ") + component.get<std::string>();
  one.release_file = text_or_empty(object, "releaseFile");
  for (const auto& index : object.at("indexes")) {
    const auto component = index.at("component").get<std::string>();
    const auto architecture = index.at("architecture").get<std::string>();
    if (const auto file = text_or_empty(index, "file"); file.empty())
      one.missing_indexes.push_back({component, architecture});
    else
      one.stored_indexes.push_back({component, architecture, file});
  }
  return one;
}

std::vector<std::size_t> file_indices(const json& list, std::size_t file_count) {
  std::vector<std::size_t> indices;
  for (const auto& index : list) {
    indices.push_back(index.get<std::size_t>());
    if (indices.back() >= file_count)
      throw CollectorError(FailureKind::unparseable, "the apt probe names a package file it did not list");
  }
  return indices;
}

Version version(const json& object, std::size_t file_count) {
  Version one;
  one.version = object.at("version").get<std::string>();
  one.files = file_indices(object.at("files"), file_count);
  if (const auto phased = object.find("phasedPercentage"); phased != object.end())
    one.phased_percentage = phased->get<int>();
  one.above_candidate = object.value("aboveCandidate", false);
  return one;
}

Package package(const json& object, std::size_t file_count) {
  Package one;
  one.name = object.at("name").get<std::string>();
  one.arch = object.at("arch").get<std::string>();
  one.candidate = object.at("candidate").get<std::string>();
  one.source = text_or_empty(object, "source");
  one.source_version = text_or_empty(object, "sourceVersion");
  one.installed = text_or_empty(object, "installed");
  one.held = object.value("held", false);
  one.phased_by_apt = object.value("phased", false);
  if (const auto size = object.find("size"); size != object.end()) one.size = size->get<std::int64_t>();
  for (const auto& newer : object.at("versions")) {
    one.newer.push_back(version(newer, file_count));
    if (one.newer.back().version == one.candidate) one.phased_percentage = one.newer.back().phased_percentage;
  }
  one.resolution = {flag(object, "upgrade"), flag(object, "distUpgrade")};
  if (const auto by = object.find("requiredBy"); by != object.end())
    one.required_by = by->get<std::vector<std::string>>();
  return one;
}

Kernel kernel(const json& object, std::size_t file_count) {
  Kernel one;
  one.package = object.at("package").get<std::string>();
  one.release = one.package;
  for (const std::string_view prefix : {"linux-image-", "unsigned-"})
    if (one.release.starts_with(prefix)) one.release.erase(0, prefix.size());
  one.arch = object.at("arch").get<std::string>();
  one.version = object.at("version").get<std::string>();
  one.source = text_or_empty(object, "source");
  one.source_version = text_or_empty(object, "sourceVersion");
  one.files = file_indices(object.at("files"), file_count);
  return one;
}

std::vector<Complaint> complaints(const json& list) {
  std::vector<Complaint> all;
  for (const auto& one : list) all.push_back({one.at("error").get<bool>(), one.at("text").get<std::string>()});
  return all;
}

ResolutionKind resolution_kind(const std::string& text) {
  if (text == "not_needed") return ResolutionKind::not_needed;
  if (text == "resolved") return ResolutionKind::resolved;
  return text == "failed" ? ResolutionKind::failed : ResolutionKind::unknown;
}

[[noreturn]] void throw_failed(const json& object) {
  std::string message = "apt could not read its package lists";
  auto kind = FailureKind::tool_failed;
  for (const auto& complaint : complaints(object.at("complaints"))) {
    message += ": " + complaint.text;
    if (complaint.text.find("Permission denied") != std::string::npos) kind = FailureKind::permission_denied;
  }
  throw CollectorError(kind, message + ". `apt-get check` shows the same; mend it and run again");
}

Snapshot snapshot(const json& object) {
  if (object.at("snapshot").get<std::string>() != "apt")
    throw CollectorError(FailureKind::unparseable, "the apt probe printed the snapshot of something else");
  if (object.value("failed", false)) throw_failed(object);
  Snapshot all;
  all.tool = object.at("tool").get<std::string>();
  all.tool_version = object.at("toolVersion").get<std::string>();
  all.architectures = object.at("architectures").get<std::vector<std::string>>();
  for (const auto& one : object.at("files")) all.files.push_back(package_file(one));
  for (const auto& one : object.at("sources")) all.sources.push_back(source(one));
  for (const char* const list : {"packages", "newPackages"})
    for (const auto& one : object.at(list)) all.packages.push_back(package(one, all.files.size()));
  for (const auto& one : object.at("brokenPackages"))
    all.broken_packages.push_back(
        {one.at("name").get<std::string>(), one.at("arch").get<std::string>(), one.at("state").get<std::string>()});
  for (const auto& one : object.at("kernels")) {
    auto image = kernel(one, all.files.size());
    // linux-image-amd64 is a metapackage, linux-image-6.1.0-50-amd64 a kernel.
    if (!image.release.empty() && image.release[0] >= '0' && image.release[0] <= '9')
      all.kernels.push_back(std::move(image));
  }
  all.complaints = complaints(object.at("complaints"));
  all.installed_count = object.at("installedCount").get<int>();
  all.resolution = resolution_kind(object.at("resolution").get<std::string>());
  return all;
}

/// Depth of our own format is 5; a hostile text must not recurse further.
constexpr int kDeepest = 8;

}  // namespace

// {"snapshot":"apt","tool":"patchstate-apt-probe","toolVersion":"libapt-pkg 6.0.0","architectures":["amd64"],
//  "files":[{"description":"http://deb.example.org/debian bookworm/main amd64 Packages","archive":"stable",…}],
//  "packages":[{"name":"libssh2-1","arch":"amd64","installed":"1.10.0-3+b1","candidate":"1.10.0-3+deb12u1",
//               "versions":[{"version":"1.10.0-3+deb12u1","files":[0]}],…}],…,"resolution":"not_needed"}
Snapshot parse_probe_output(std::string_view text) {
  try {
    bool too_deep = false;
    const auto limit = [&too_deep](int depth, json::parse_event_t, const json&) {
      too_deep = too_deep || depth > kDeepest;
      return !too_deep;
    };
    const json object = json::parse(text, limit);
    if (too_deep || !object.is_object())
      throw CollectorError(FailureKind::unparseable, "the apt probe did not print a snapshot");
    return snapshot(object);
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable,
                         std::string("the answer of the apt probe can't be read: ") + error.what());
  }
}

}  // namespace patchstate::apt
