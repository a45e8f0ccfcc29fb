// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "agent/hub_access.h"
#include "agent/kept_host_id.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "assessment/json_writer.h"
#include "platform/files.h"
#include "platform/machine.h"
#include "platform/own_folder.h"
#include "platform/paths.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestToken = 1024;

SecretResult token_from(const FileOrInput& file) {
  if (file != "-") return read_secret(file);
  const std::string text = read_standard_input(kLongestToken);
  constexpr const char* kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {{}, "standard input holds no token"};
  return {text.substr(first, text.find_last_not_of(kSpace) + 1 - first), {}};
}

std::string request_json(const std::string& token, const std::string& host) {
  JsonWriter json(JsonStyle::compact);
  json.begin_object();
  json.key("token");
  json.text(token);
  json.key("hostId");
  json.text(host);
  json.end_object();
  return std::move(json).take();
}

/// The token is used up by the answer, so a key that can't be kept is lost: tried before it is asked for.
void require_place_for_key(const fs::path& file) {
  if (file.has_parent_path()) make_state_folder(file.parent_path());
  const fs::path trial = file.string() + ".trial";
  write_secret(trial, std::string(kLongestToken, ' '));
  fs::remove(trial);
}

int refused(const HttpAnswer& answer, const std::string& hub) {
  const auto delivery = delivery_of(answer);
  if (delivery.outcome == Outcome::rejected || delivery.outcome == Outcome::unauthorized) {
    complain(fmt::format("{} did not enrol this machine: {}", hub, delivery.reason));
    return kExitRejected;
  }
  complain(fmt::format("not enrolled, try again later: {}", delivery.reason));
  return kExitLater;
}

}  // namespace

int run(const EnrollCommand& command) {
  auto loaded = load_config(command.hub.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto& reporting = loaded.config.report;
  const bool is_configured = !command.address || *command.address == reporting.hub;
  if (command.address) reporting.hub = *command.address;
  if (command.hub.ca) reporting.ca = *command.hub.ca;
  const auto hub = access_to_enroll(reporting);
  if (!hub.problem.empty()) return complain(hub.problem);
  const auto file = key_file_of(reporting);
  if (file.empty()) return complain("this user has no home folder to keep the key in");
  const auto token = token_from(command.token_file);
  if (!token.problem.empty()) return complain(token.problem);
  require_place_for_key(file);
  auto host = host_id("/");
  if (host.empty()) host = keep_host_id();

  const auto answer = post(hub.access, "/v1/enroll", {request_json(token.secret, host)}, Encoding::plain);
  if (delivery_of(answer).outcome != Outcome::accepted) return refused(answer, reporting.hub);
  const auto key = host_key_in(answer.body);
  if (!key) return complain(fmt::format("{} answered without a key; is a hub there?", reporting.hub));
  write_secret(file, *key);
  print(fmt::format("enrolled with {} as host {}; its key is in {}\n", reporting.hub, host, file.string()));
  if (!is_configured)
    print(fmt::format("to report there, write hub = \"{}\" below [report] in {}\n", reporting.hub,
                      command.hub.config_file.value_or(default_config_file()).string()));
  return 0;
}

}  // namespace patchstate
