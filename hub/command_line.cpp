// SPDX-License-Identifier: Apache-2.0
#include "hub/command_line.h"

#include <charconv>
#include <cstdio>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <Poco/String.h>
#include <fmt/core.h>

#include "hub/admin_commands.h"
#include "hub/commands.h"
#include "hub/people.h"
#include "hub/serve.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

constexpr int kUsage = 3;
constexpr const char* kDefaultStore = "/var/lib/patchstate-hub/hub.db";

[[noreturn]] void reject(const std::string& option, std::string_view expected, std::string_view given) {
  throw CLI::ValidationError(option, fmt::format("expected {}, not \"{}\"", expected, given));
}

std::chrono::seconds duration(const std::string& option, const std::string& text) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(parsed.ptr, text.data() + text.size());
  const std::int64_t seconds = unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : 0;
  if (parsed.ec != std::errc{} || seconds == 0 || number < 1 || number > 100'000)
    reject(option, "a duration like 45m, 12h or 30d", text);
  return std::chrono::seconds(number * seconds);
}

void add_duration(CLI::App& app, const std::string& name, std::chrono::seconds& value, const std::string& help) {
  app.add_option_function<std::string>(
         name, [&value, name](const std::string& text) { value = duration(name, text); }, help)
      ->type_name("DURATION");
}

void add_store(CLI::App& app, std::string& store) {
  app.add_option("--store", store,
                 fmt::format("path of the SQLite store, or postgresql://[user@]host[:port]/database; default {}",
                             kDefaultStore))
      ->type_name("STORE");
}

/// "127.0.0.1:8750", "[::1]:8750".
void listen_on(const std::string& text, HttpOptions& http) {
  const auto colon = text.rfind(':');
  const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
  unsigned port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || port > 65'535)
    reject("--listen", "ADDRESS:PORT, like 127.0.0.1:8750 or [::1]:8750", text);
  http.address = text.substr(0, colon);
  if (http.address.starts_with('[') && http.address.ends_with(']'))
    http.address = http.address.substr(1, http.address.size() - 2);
  http.port = static_cast<std::uint16_t>(port);
}

struct CommandLine {
  std::string store = kDefaultStore;
  ServeOptions serve;
  std::vector<std::string> notify;
  std::string notify_secret;
  TokenRequest token;
  std::int64_t id = 0;
  std::string host;
  bool forget = false;
  std::vector<std::string> tags;
  std::string person;
  Role role = Role::administrator;
  std::string password_file;
  std::string file;
  FleetFormat fleet = FleetFormat::table;
};

void add_notify(CLI::App& serve, CommandLine& line) {
  auto* const notify =
      serve
          .add_option("--notify", line.notify,
                      "tell this webhook (https) what changes in the fleet; @FILE: the file holds the URL, for its "
                      "owner only. May be given again")
          ->type_name("URL");
  serve
      .add_option("--notify-secret", line.notify_secret,
                  "file with the secret that notices are signed with, for its owner only")
      ->type_name("FILE")
      ->needs(notify);
  add_duration(serve, "--notify-after", line.serve.notify.overdue_after,
               "a security update that is missing for longer is overdue; default 14d");
}

void add_serve(CLI::App& app, CommandLine& line) {
  auto& serve = *app.add_subcommand("serve", "take reports and answer questions until stopped");
  add_store(serve, line.store);
  line.serve.http.port = 8750;
  serve
      .add_option_function<std::string>(
          "--listen", [&line](const std::string& text) { listen_on(text, line.serve.http); },
          "address and port; default 127.0.0.1:8750. Port 0: any that is free")
      ->type_name("ADDRESS:PORT");
  auto& tls = line.serve.http.tls;
  auto* const certificate =
      serve.add_option("--tls-cert", tls.certificate, "certificate with its chain (PEM), read again when it changes")
          ->type_name("FILE");
  auto* const key = serve.add_option("--tls-key", tls.key, "its private key (PEM)")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  serve
      .add_option("--client-ca", tls.client_ca,
                  "hosts may report with a certificate of this CA whose common name is their host id (mutual TLS)")
      ->type_name("FILE")
      ->needs(certificate);
  serve
      .add_option("--trusted-proxy", line.serve.api.proxies,
                  "address of a proxy that ends TLS; its X-Client-Subject and X-Forwarded-* headers are believed. May "
                  "be given again")
      ->type_name("ADDRESS");
  serve
      .add_option("--identity-header", line.serve.api.identity_header,
                  "header in which a trusted proxy names the person who asks, whom it has signed in; from others it is "
                  "ignored")
      ->type_name("NAME")
      ->needs("--trusted-proxy");
  add_duration(serve, "--keep-reports", line.serve.keep_reports,
               "keep reports as they were sent for so long; default 30d");
  add_duration(serve, "--keep-history", line.serve.keep_history,
               "keep former states and resolved updates for so long; default 400d");
  add_duration(serve, "--max-metadata-age", line.serve.api.record.max_metadata_age,
               "metadata checked longer ago proves nothing; default 48h");
  serve
      .add_option("--silent-after", line.serve.api.record.silent_after,
                  "a host silent for so many of its intervals is not reporting; default 3")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  add_notify(serve, line);
  serve.add_option("--reports-per-minute", line.serve.api.reports_per_minute, "of one host; default 30")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
}

void add_token(CLI::App& app, CommandLine& line) {
  auto& token = *app.add_subcommand("token", "tokens that enrol hosts, or read");
  token.require_subcommand(1);
  auto& create = *token.add_subcommand("create", "make a token and print it, once");
  add_store(create, line.store);
  create
      .add_option_function<std::string>(
          "kind",
          [&line](const std::string& text) {
            if (text != "enrol" && text != "read") reject("kind", "enrol or read", text);
            line.token.kind = text == "enrol" ? CredentialKind::enrol : CredentialKind::read;
          },
          "enrol: for hosts to get a key with; read: for programs that ask")
      ->required()
      ->type_name("enrol|read");
  create.add_option("--name", line.token.name, "what it is for, for people")->type_name("TEXT");
  create.add_option("--uses", line.token.uses, "enrol: so many hosts; default 1")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  create.add_option("--host", line.token.host_id, "enrol: only this host, also when it is enrolled already")
      ->type_name("ID");
  create.add_option("--scope", line.token.scope, "read: read (everything, the default) or metrics")
      ->check(CLI::IsMember({"read", "metrics"}))
      ->type_name("SCOPE");
  add_duration(create, "--valid", line.token.valid, "for so long; default for ever");
  auto& list = *token.add_subcommand("list", "list tokens, without their secrets");
  add_store(list, line.store);
  auto& revoke = *token.add_subcommand("revoke", "make a token worthless");
  add_store(revoke, line.store);
  revoke.add_option("id", line.id, "as `token list` shows it")->required()->type_name("ID");
}

void add_host(CLI::App& app, CommandLine& line) {
  auto& host = *app.add_subcommand("host", "the machines that are enrolled");
  host.require_subcommand(1);
  add_store(*host.add_subcommand("list", "list them"), line.store);
  auto& revoke = *host.add_subcommand("revoke", "take its keys and its certificate no more, until it enrols again");
  add_store(revoke, line.store);
  revoke.add_option("id", line.host, "as `host list` shows it")->required()->type_name("ID");
  auto& remove = *host.add_subcommand("remove", "a machine that is no more: revoked, and out of the fleet from now on");
  add_store(remove, line.store);
  remove.add_option("id", line.host, "as `host list` shows it")->required()->type_name("ID");
  remove.add_flag("--forget", line.forget, "delete its history, too: also the fleet's past is then without it");
  auto& tag = *host.add_subcommand("tag", "set its tags, instead of those it has");
  add_store(tag, line.store);
  tag.add_option("id", line.host, "as `host list` shows it")->required()->type_name("ID");
  tag.add_option("tags", line.tags, "none: it has no tags then")->type_name("TAG");
}

void add_password(CLI::App& app, CommandLine& line) {
  add_store(app, line.store);
  app.add_option("name", line.person, "with which they sign in")->required()->type_name("NAME");
  app.add_option("--password-file", line.password_file,
                 "file with the password, for its owner only; without it the terminal is asked, or one is made up and "
                 "printed once")
      ->type_name("FILE");
}

void add_admin(CLI::App& app, CommandLine& line) {
  auto& admin = *app.add_subcommand("admin", "the people who may look at the pages");
  admin.require_subcommand(1);
  auto& create = *admin.add_subcommand("create", "let a person sign in");
  add_password(create, line);
  create
      .add_option_function<std::string>(
          "--role",
          [&line](const std::string& text) {
            const auto role = role_from_text(text);
            if (!role) reject("--role", "administrator or viewer", text);
            line.role = *role;
          },
          "administrator (the default), or viewer: sees all and changes nothing")
      ->type_name("ROLE");
  add_password(*admin.add_subcommand("password", "give a person a new password, and end their sessions"), line);
  add_store(*admin.add_subcommand("list", "list them"), line.store);
}

void add_rest(CLI::App& app, CommandLine& line) {
  auto& fleet = *app.add_subcommand("fleet", "is \"Apply system updates\" completed, and if not, where?");
  add_store(fleet, line.store);
  fleet
      .add_option_function<std::string>(
          "--format",
          [&line](const std::string& text) {
            if (text != "table" && text != "json" && text != "nagios")
              reject("--format", "table, json or nagios", text);
            line.fleet = text == "json"     ? FleetFormat::json
                         : text == "nagios" ? FleetFormat::nagios
                                            : FleetFormat::table;
          },
          "table, json, nagios; default table")
      ->type_name("FORMAT");
  fleet.footer("Exit code: 0 completed, 2 security updates are missing somewhere, 3 not known of some host.");
  auto& backup = *app.add_subcommand("backup", "write a consistent copy of the store, while it is in use");
  add_store(backup, line.store);
  backup.add_option("file", line.file, "must not be there yet")->required()->type_name("FILE");
  auto& restore = *app.add_subcommand("restore", "make a store from a backup");
  add_store(restore, line.store);
  restore.add_option("file", line.file, "a backup")->required()->type_name("FILE");
  add_store(*app.add_subcommand("migrate", "bring the store to this version (serve does it too)"), line.store);
}

int run_token(const CLI::App& token, const CommandLine& line, const StoreAddress& store) {
  if (token.got_subcommand("create")) return create_token(store, line.token);
  if (token.got_subcommand("list")) return list_tokens(store);
  return revoke_token(store, line.id);
}

int run_host(const CLI::App& host, const CommandLine& line, const StoreAddress& store) {
  if (host.got_subcommand("list")) return list_hosts(store);
  if (host.got_subcommand("revoke")) return revoke_host(store, line.host);
  if (host.got_subcommand("tag")) return tag_host(store, line.host, line.tags);
  return remove_host(store, line.host, line.forget ? Store::Keep::nothing : Store::Keep::history);
}

int run_admin(const CLI::App& admin, const CommandLine& line, const StoreAddress& store) {
  if (admin.got_subcommand("list")) return list_people(store);
  if (admin.got_subcommand("password")) return change_password(store, line.person, line.password_file);
  return create_person(store, line.person, line.role, line.password_file);
}

void read_notify(CommandLine& line) {
  for (const auto& text : line.notify) {
    line.serve.notify.destinations.push_back(destination_of(text));
    line.serve.api.destinations.push_back(line.serve.notify.destinations.back().shown);
  }
  if (line.notify_secret.empty()) return;
  auto read = read_secret(line.notify_secret);
  if (!read.problem.empty()) throw std::runtime_error(read.problem);
  line.serve.notify.secret = std::move(read.secret);
}

int run(const CLI::App& app, CommandLine& line) {
  const StoreAddress store = parse_store_address(line.store);
  if (app.got_subcommand("serve")) {
    line.serve.api.store = store;
    line.serve.api.limits.policy.max_metadata_age = line.serve.api.record.max_metadata_age;
    if (const auto objection = objection_to(line.serve); !objection.empty()) throw std::runtime_error(objection);
    line.serve.api.tls = !line.serve.http.tls.certificate.empty();
    Poco::toLowerInPlace(line.serve.api.identity_header);
    read_notify(line);
    serve(line.serve);
    return 0;
  }
  if (const auto* const token = app.get_subcommand("token"); token->parsed()) return run_token(*token, line, store);
  if (const auto* const host = app.get_subcommand("host"); host->parsed()) return run_host(*host, line, store);
  if (const auto* const admin = app.get_subcommand("admin"); admin->parsed()) return run_admin(*admin, line, store);
  if (app.got_subcommand("fleet")) return show_fleet(store, line.fleet);
  if (app.got_subcommand("backup")) return backup(store, line.file);
  if (app.got_subcommand("restore")) return restore(store, line.file);
  return migrate(store);
}

}  // namespace

int run_hub_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app("The central endpoint of patchstate: takes a fleet's reports, keeps them, answers the auditor.",
               "patchstate-hub");
  app.set_version_flag("--version", "patchstate-hub " PATCHSTATE_VERSION);
  app.require_subcommand(1);
  add_serve(app, line);
  add_token(app, line);
  add_host(app, line);
  add_admin(app, line);
  add_rest(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return run(app, line);
}

}  // namespace patchstate
