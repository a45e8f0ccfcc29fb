// SPDX-License-Identifier: Apache-2.0
// Where reports go: [report], the hub, and each [[destination]] beside it.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agent/config_reader.h"
#include "agent/hub_address.h"
#include "agent/tls_library.h"

namespace patchstate {
namespace {

constexpr std::string_view kProxyForm = "http://HOST:PORT or https://HOST:PORT, without a password";
constexpr std::string_view kPinForm = "sha256// and the 44 characters of a hash in base64; several with ; between them";
constexpr std::string_view kStoreForm = R"(LocalMachine\MY\THUMBPRINT or CurrentUser\MY\THUMBPRINT, of 40 hex digits)";
constexpr std::string_view kNameForm = "small letters, digits and -, at most 32 of them, other than \"hub\"";
constexpr std::size_t kLongestName = 32;
constexpr std::size_t kMostDestinations = 16;
constexpr std::chrono::seconds kShortestInterval{60};
constexpr std::chrono::seconds kLongestInterval = std::chrono::hours{24 * 7};

bool is_proxy(std::string_view text) {
  const bool has_scheme = text.starts_with("http://") || text.starts_with("https://");
  const bool is_plain = text.find_first_of("@ \t\n\"\\?#") == std::string_view::npos;
  return has_scheme && is_plain && text.size() > std::string_view("https://").size();
}

bool is_pin(std::string_view text) {
  constexpr std::string_view kStart = "sha256//";
  constexpr std::size_t kBase64 = 44;
  while (true) {
    const auto one = text.substr(0, text.find(';'));
    if (!one.starts_with(kStart) || one.size() != kStart.size() + kBase64 || one.back() != '=') return false;
    if (one.size() == text.size()) return true;
    text.remove_prefix(one.size() + 1);
  }
}

void read_client_files(Reader& reader, const toml::table& table, Transport& transport) {
  reader.read(table, "client_certificate", transport.client_certificate);
  reader.read(table, "client_key", transport.client_key);
  if (transport.client_certificate.empty() != transport.client_key.empty())
    reader.error(table.source().begin, "client_certificate and client_key: one needs the other");
}

void read_revocation(Reader& reader, const toml::table& table, Revocation& revocation) {
  constexpr std::string_view kForm = "\"strict\", \"best-effort\" or \"off\"";
  static constexpr std::array kWords{std::pair{"strict", Revocation::strict},
                                     std::pair{"best-effort", Revocation::best_effort},
                                     std::pair{"off", Revocation::off}};
  reader.with_text(table, "revocation", kForm, [&](const toml::node& node, const std::string& value) {
    const auto* const found =
        std::find_if(kWords.begin(), kWords.end(), [&](const auto& word) { return word.first == value; });
    if (found == kWords.end()) return reader.wrong_value(node, "revocation", kForm, value);
    revocation = found->second;
    if (revocation == Revocation::strict && !kTlsLibrary.checks_revocation)
      reader.error(node.source().begin,
                   "revocation: OpenSSL asks no CA whether it revoked a certificate; only Windows does");
  });
}

constexpr std::array<std::string_view, 6> kTransportKeys{"ca",    "client_certificate", "client_key",
                                                         "proxy", "pinned_key",         "revocation"};

/// With the keys that read_transport() knows on this system.
std::vector<std::string_view> with_transport(std::vector<std::string_view> keys) {
  std::copy_if(kTransportKeys.begin(), kTransportKeys.end(), std::back_inserter(keys),
               [](std::string_view key) { return key != "client_key" || !kTlsLibrary.has_certificate_store; });
  return keys;
}

void read_transport(Reader& reader, const toml::table& table, Transport& transport) {
  const auto take = [&](std::string_view key, std::string_view form, bool (*is_good)(std::string_view),
                        std::string& into) {
    reader.with_text(table, key, form, [&](const toml::node& node, const std::string& value) {
      if (!is_good(value)) reader.wrong_value(node, key, form, value);
      into = value;
    });
  };
  reader.read(table, "ca", transport.ca);
  if (kTlsLibrary.has_certificate_store)
    reader.with_text(table, "client_certificate", kStoreForm, [&](const toml::node& node, const std::string& value) {
      if (!is_certificate_in_store(value)) reader.wrong_value(node, "client_certificate", kStoreForm, value);
      transport.client_certificate = value;
    });
  else
    read_client_files(reader, table, transport);
  read_revocation(reader, table, transport.revocation);
  take("proxy", kProxyForm, is_proxy, transport.proxy);
  take("pinned_key", kPinForm, is_pin, transport.pinned_key);
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name != "hub" &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Destination read_destination(Reader& reader, const toml::table& table) {
  Destination destination;
  reader.only(table, "destination",
              with_transport({"name", "url", "folder", "file", "standard_output", "format", "headers_file"}));
  reader.with_text(table, "name", kNameForm, [&](const toml::node& node, const std::string& value) {
    if (!is_name(value)) reader.wrong_value(node, "name", kNameForm, value);
    destination.name = value;
  });
  reader.with_text(table, "url", kWebForm, [&](const toml::node& node, const std::string& value) {
    destination.url = value;
    if (const auto problem = problem_of_url(value); !problem.empty())
      reader.error(node.source().begin, "url: " + problem);
  });
  reader.read(table, "folder", destination.folder);
  reader.read(table, "file", destination.file);
  reader.read(table, "standard_output", destination.standard_output);
  reader.with_text(table, "format", kFormatForm, [&](const toml::node& node, const std::string& value) {
    if (const auto format = parse_format(value))
      destination.format = *format;
    else
      reader.wrong_value(node, "format", kFormatForm, value);
  });
  reader.read(table, "headers_file", destination.headers_file);
  read_transport(reader, table, destination);
  return destination;
}

void check(Reader& reader, const toml::table& table, const Destination& destination) {
  const auto& at = table.source().begin;
  if (table.get("name") == nullptr) reader.error(at, "destination: name is missing: its queue is called by it");
  const auto places = std::array{!destination.url.empty(), !destination.folder.empty(), !destination.file.empty(),
                                 destination.standard_output};
  if (std::count(places.begin(), places.end(), true) != 1)
    reader.error(at, "destination: expected one of url, folder, file and standard_output = true");
  if (!destination.url.empty()) return;
  for (const auto key : with_transport({"headers_file"}))
    if (table.get(key) != nullptr) reader.error(at, fmt::format("destination: {} goes with url", key));
}

}  // namespace

void read_report(Reader& reader, const toml::table& root, Reporting& report) {
  const auto* table = reader.section(root, "report");
  if (table == nullptr) return;
  reader.only(*table, "report", with_transport({"hub", "interval", "key_file"}));
  reader.read(*table, "interval", report.interval);
  if (report.interval < kShortestInterval || report.interval > kLongestInterval)
    reader.error(table->get("interval")->source().begin, "interval: expected 1m to 1w");
  reader.read(*table, "key_file", report.key_file);
  read_transport(reader, *table, report);
  reader.with_text(*table, "hub", kHubForm, [&](const toml::node& node, const std::string& hub) {
    report.hub = hub;
    if (const auto problem = problem_of_hub(hub); !problem.empty())
      reader.error(node.source().begin, "hub: " + problem);
  });
}

void read_destinations(Reader& reader, const toml::table& root, std::vector<Destination>& destinations) {
  reader.each_section(root, "destination", [&](const toml::table& table) {
    auto destination = read_destination(reader, table);
    check(reader, table, destination);
    const auto same = [&](const Destination& other) { return other.name == destination.name; };
    if (std::any_of(destinations.begin(), destinations.end(), same))
      reader.error(table.source().begin, fmt::format("destination: there are two with the name {}", destination.name));
    if (destinations.size() == kMostDestinations)
      reader.error(table.source().begin, fmt::format("destination: more than {} of them", kMostDestinations));
    destinations.push_back(std::move(destination));
  });
}

}  // namespace patchstate
