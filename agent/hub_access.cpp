// SPDX-License-Identifier: Apache-2.0
#include "agent/hub_access.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "agent/hub_address.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "platform/secret_file.h"

namespace patchstate {

namespace fs = std::filesystem;

namespace {

/// "X-Api-Key: abc" (RFC 9110, 5.1); curl takes "Name:" for one to be left out, and "Name;" for an empty one.
bool is_header(std::string_view line) {
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  const auto colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos || line.find_first_not_of(" \t", colon + 1) == line.npos)
    return false;
  const auto is_token = [&](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           kTokenMarks.find(c) != kTokenMarks.npos;
  };
  const auto is_text = [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); };
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_token) &&
         std::all_of(line.begin(), line.end(), is_text);
}

}  // namespace

fs::path key_file_of(const Reporting& report) {
  if (!report.key_file.empty()) return report.key_file;
  // LoadCredential=host-key:… of a systemd unit.
  if (const auto given = credentials_folder(); !given.empty() && stamp(given / "host-key").size >= 0)
    return given / "host-key";
  const auto folder = state_folder();
  return folder.empty() ? folder : folder / "host-key";
}

fs::path left_token_file() {
  const auto folder = state_folder();
  return folder.empty() ? folder : folder / "enroll-token";
}

bool is_enrolment_due(const Reporting& report) {
  const auto token = left_token_file();
  return !token.empty() && stamp(token).size >= 0 && report.client_certificate.empty() &&
         stamp(key_file_of(report)).size < 0;
}

HubAccessResult access_to_enroll(const Reporting& report) {
  if (report.hub.empty())
    return {
        {},
        fmt::format("no hub is named: write hub = \"https://…\" below [report] in {}", default_config_file().string())};
  if (auto problem = problem_of_hub(report.hub); !problem.empty()) return {{}, "hub: " + problem};
  if (!report.client_key.empty())
    if (auto file = read_secret(report.client_key); !file.problem.empty()) return {{}, std::move(file.problem)};
  return {{static_cast<const Transport&>(report), report.hub, {}, {}}, {}};
}

HubAccessResult access_to(const Destination& destination) {
  if (!destination.client_key.empty())
    if (auto file = read_secret(destination.client_key); !file.problem.empty()) return {{}, std::move(file.problem)};
  HubAccessResult result{{static_cast<const Transport&>(destination), destination.url, {}, {}}, {}};
  if (destination.headers_file.empty()) return result;
  auto file = read_secret(destination.headers_file);
  if (!file.problem.empty()) return {{}, std::move(file.problem)};
  std::string_view rest = file.secret;
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!is_header(line))
      return {{}, fmt::format("{}: a line is no header like \"Name: value\"", destination.headers_file.string())};
    result.access.headers.emplace_back(line);
  }
  return result;
}

HubAccessResult access_to_send(const Reporting& report) {
  auto result = access_to_enroll(report);
  if (!result.problem.empty()) return result;
  const auto file = key_file_of(report);
  if (!file.empty() && stamp(file).size >= 0) {
    auto key = read_secret(file);
    if (!key.problem.empty()) return {{}, std::move(key.problem)};
    result.access.host_key = std::move(key.secret);
  } else if (is_enrolment_due(report)) {
    return {
        {},
        fmt::format("this machine is not enrolled with {} yet; the next `patchstate send` does it, by the token in {}",
                    report.hub, left_token_file().string())};
  } else if (report.client_certificate.empty()) {
    return {{},
            fmt::format("this machine is not enrolled with {}: {} is not there; `patchstate enroll --token-file "
                        "FILE` gets it, with a token of the hub's operator",
                        report.hub, file.empty() ? "its key" : file.string())};
  }
  return result;
}

std::string read_standard_input(std::size_t max_bytes) {
  std::string text;
  std::array<char, 65536> piece{};
  while (const auto got = std::fread(piece.data(), 1, piece.size(), stdin)) {
    text.append(piece.data(), got);
    if (text.size() > max_bytes)
      throw std::system_error(std::make_error_code(std::errc::file_too_large), "cannot read standard input");
  }
  if (std::ferror(stdin) != 0) throw std::system_error(errno, std::generic_category(), "cannot read standard input");
  return text;
}

}  // namespace patchstate
