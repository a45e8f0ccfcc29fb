// SPDX-License-Identifier: Apache-2.0
#include "agent/hub_access.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fmt/core.h>

#include "agent/hub_address.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "platform/secret_file.h"

namespace patchstate {

namespace fs = std::filesystem;

fs::path key_file_of(const Reporting& report) {
  if (!report.key_file.empty()) return report.key_file;
  // LoadCredential=host-key:… of a systemd unit.
  if (const auto given = credentials_folder(); !given.empty() && stamp(given / "host-key").size >= 0)
    return given / "host-key";
  const auto folder = state_folder();
  return folder.empty() ? folder : folder / "host-key";
}

HubAccessResult access_to_enroll(const Reporting& report) {
  if (report.hub.empty())
    return {
        {},
        fmt::format("no hub is named: write hub = \"https://…\" below [report] in {}", default_config_file().string())};
  if (auto problem = problem_of_hub(report.hub); !problem.empty()) return {{}, "hub: " + problem};
  if (!report.client_key.empty())
    if (auto file = read_secret(report.client_key); !file.problem.empty()) return {{}, std::move(file.problem)};
  return {{report.hub, report.ca, report.client_certificate, report.client_key, {}, report.proxy, report.pinned_key},
          {}};
}

HubAccessResult access_to_send(const Reporting& report) {
  auto result = access_to_enroll(report);
  if (!result.problem.empty()) return result;
  const auto file = key_file_of(report);
  if (!file.empty() && stamp(file).size >= 0) {
    auto key = read_secret(file);
    if (!key.problem.empty()) return {{}, std::move(key.problem)};
    result.access.host_key = std::move(key.secret);
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
