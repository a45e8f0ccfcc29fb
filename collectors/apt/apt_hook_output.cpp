// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_hook_output.h"

#include <nlohmann/json.hpp>

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

using nlohmann::json;

constexpr std::string_view kMethodPrefix = "org.debian.apt.hooks.";
constexpr std::string_view kPlanMethod = "org.debian.apt.hooks.install.pre-prompt";

/// A plan is 8 deep: message, params, packages, package, versions, version, origins, origin.
constexpr int kDeepest = 12;

/// Discarded for what is malformed or too deep.
json parse_bounded(std::string_view text) {
  bool too_deep = false;
  const auto limit = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  json message = json::parse(text, limit, false);
  return too_deep ? json(json::value_t::discarded) : message;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& object_of(const json& object, const char* key) {
  static const json empty = json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : empty;
}

std::string hello_reply(const json& message) {
  const auto& params = object_of(message, "params");
  const auto versions = params.find("versions");
  std::string chosen;
  if (versions != params.end() && versions->is_array())
    for (const auto& version : *versions)
      if (version == "0.2" || (version == "0.1" && chosen.empty())) chosen = version.get<std::string>();
  if (chosen.empty()) return {};
  const json reply = {{"jsonrpc", "2.0"}, {"id", message.value("id", json(0))}, {"result", {{"version", chosen}}}};
  return reply.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

std::optional<PlannedChange::Mode> mode_of(std::string_view word) {
  using Mode = PlannedChange::Mode;
  if (word == "install") return Mode::install;
  if (word == "upgrade") return Mode::upgrade;
  if (word == "downgrade") return Mode::downgrade;
  if (word == "reinstall") return Mode::reinstall;
  if (word == "deinstall" || word == "purge") return Mode::remove;
  return std::nullopt;
}

bool read_change(const json& package, PlannedChange& change) {
  if (!package.is_object()) return false;
  const auto mode = mode_of(text_of(package, "mode"));
  if (!mode) return false;
  const auto& versions = object_of(package, "versions");
  const auto& install = object_of(versions, "install");
  change = {text_of(package, "name"),
            text_of(package, "architecture"),
            *mode,
            text_of(object_of(versions, "current"), "version"),
            text_of(install, "version"),
            text_of(install, "architecture")};
  if (change.mode == PlannedChange::Mode::remove) change.candidate.clear();
  const bool has_versions =
      change.mode == PlannedChange::Mode::remove ? is_version(change.installed) : is_version(change.candidate);
  return is_package_name(change.name) && !change.arch.empty() && has_versions;
}

}  // namespace

// {"jsonrpc":"2.0","method":"org.debian.apt.hooks.hello","id":0,"params":{"versions":["0.1","0.2"]}}
// {"jsonrpc":"2.0","method":"org.debian.apt.hooks.install.pre-prompt","params":{"command":"dist-upgrade",…}}
// {"jsonrpc":"2.0","method":"org.debian.apt.hooks.bye","params":{}}
std::optional<HookMessage> read_hook_message(std::string_view line) {
  const json message = parse_bounded(line);
  if (!message.is_object()) return std::nullopt;
  const std::string method = text_of(message, "method");
  if (!method.starts_with(kMethodPrefix)) return std::nullopt;
  if (method == kPlanMethod) return HookMessage{HookMessage::Kind::plan, {}};
  const auto name = std::string_view(method).substr(kMethodPrefix.size());
  if (name == "hello") return HookMessage{HookMessage::Kind::hello, hello_reply(message)};
  return HookMessage{name == "bye" ? HookMessage::Kind::bye : HookMessage::Kind::other, {}};
}

// {"jsonrpc":"2.0","method":"org.debian.apt.hooks.install.pre-prompt","params":{"command":"dist-upgrade","packages":[
//   {"id":2746,"name":"bash","architecture":"amd64","mode":"upgrade","automatic":false,"versions":{
//     "candidate":{"id":1,"version":"5.2-2","architecture":"amd64","pin":500,"origins":[{"archive":"stable",…}]},
//     "install":{"id":1,"version":"5.2-2",…},"current":{"id":2,"version":"5.2-1",…}}},…]}}
std::optional<Plan> parse_plan(std::string_view text) {
  const json message = parse_bounded(text);
  if (!message.is_object() || text_of(message, "method") != kPlanMethod) return std::nullopt;
  const auto& params = object_of(message, "params");
  const auto packages = params.find("packages");
  if (packages == params.end() || !packages->is_array()) return std::nullopt;
  Plan plan;
  NotUnderstood rest;
  for (const auto& package : *packages) {
    PlannedChange change;
    if (read_change(package, change))
      plan.changes.push_back(std::move(change));
    else
      rest.add(package.dump(-1, ' ', false, json::error_handler_t::replace));
  }
  plan.not_understood = rest.take();
  return plan;
}

}  // namespace patchstate::apt
