// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/ubuntu_pro_output.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

using nlohmann::json;

/// Canonical serves an expired contract for two weeks more.
constexpr auto kGrace = std::chrono::days{14};

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_expired(const json& status, Time now) {
  const auto end = parse_time(text_of(status, "expires"));
  return end && *end + kGrace < now;
}

/// Clients before 27 list no services here.
bool is_switched_off(const json& status) {
  const auto services = status.find("services");
  if (services == status.end() || !services->is_array()) return false;
  return std::any_of(services->begin(), services->end(), [](const json& service) {
    const auto state = text_of(service, "status");
    return text_of(service, "name") == "esm-infra" && state != "enabled" && state != "warning";
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_no(const std::string& word) {
  for (const char* const no : {"no", "false", "without", "off", "disable", "0"})
    if (word == no) return true;
  return false;
}

}  // namespace

// {"_schema_version": "0.1", "account": {…}, "attached": true, "expires": "2027-01-31T00:00:00+00:00",
//  "services": [{"name": "esm-infra", "entitled": "yes", "status": "enabled"}]}
EsmStatus esm_status(std::string_view status_json, Time now) {
  const auto status = json::parse(status_json, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object()) return EsmStatus::unknown;
  const auto attached = status.find("attached");
  if (attached == status.end() || !attached->is_boolean()) return EsmStatus::unknown;
  const bool enabled = attached->get<bool>() && !is_switched_off(status) && !is_expired(status, now);
  return enabled ? EsmStatus::enabled : EsmStatus::disabled;
}

// # deb https://esm.ubuntu.com/infra/ubuntu focal-infra-security main # disabled on upgrade to focal
// deb https://esm.ubuntu.com/infra/ubuntu focal-infra-security main
//
// Enabled: no
// Types: deb
// URIs: https://esm.ubuntu.com/infra/ubuntu
// Suites: noble-infra-security noble-infra-updates
bool names_a_source(std::string_view sources_file) {
  bool named = false;
  bool enabled = true;
  while (!sources_file.empty()) {
    const auto whole = sources_file.substr(0, sources_file.find('\n'));
    sources_file.remove_prefix(std::min(whole.size() + 1, sources_file.size()));
    const auto line = trimmed(whole);
    if (line.starts_with('#')) continue;
    if (line.starts_with("deb ") || line.starts_with("deb\t")) return true;
    if (line.empty()) {  // the end of a stanza
      if (named && enabled) return true;
      named = false;
      enabled = true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string field = lower(trimmed(line.substr(0, colon)));
    const std::string value = lower(trimmed(line.substr(colon + 1)));
    if (field == "types") named = (" " + value + " ").find(" deb ") != std::string::npos;
    if (field == "enabled") enabled = !is_no(value);
  }
  return named && enabled;
}

}  // namespace patchstate
