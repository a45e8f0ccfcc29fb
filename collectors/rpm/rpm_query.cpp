// SPDX-License-Identifier: Apache-2.0
// rpm asked about its database, and what it says when it can't answer.
#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/rpm_database.h"

namespace patchstate::rpm {
namespace {

using namespace std::string_view_literals;

/// 5,000 packages take 0.2 s; what takes longer waits for somebody's lock.
constexpr auto kDeadline = std::chrono::seconds{60};

struct Trouble {
  std::string_view says;  ///< in one line of stderr
  FailureKind kind;
  std::string_view code;
  std::string_view advice;
};
constexpr std::string_view kDamaged =
    "the rpm database is damaged: have root save its folder and run `rpm --rebuilddb`, where it is a Berkeley database "
    "(/var/lib/rpm/Packages) after `rm /var/lib/rpm/__db.*`";
constexpr std::string_view kLocked = "another program holds the rpm database: wait until it has ended";
constexpr std::string_view kFormat =
    "the rpm database has a format that this machine's rpm can't read: assess that system with its own rpm";
constexpr std::string_view kUnreadable =
    "this user can't open the rpm database: have root run `rpm -qa` once, which leaves the files behind that reading "
    "needs, or give this user the right to read it";

/// The first that fits decides, so what tells more stands first. Texts of rpm 4.11 to 6.0, of its three databases and
/// of the tools that hand them on (edge-28).
constexpr std::array kTroubles = {
    Trouble{"BDB0113"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"Thread died in Berkeley DB library"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"DB_RUNRECOVERY"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"fatal region error"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"unexpected file type or format"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"file is not a database"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"file is encrypted or is not a database"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"database disk image is malformed"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"rpmdb: damaged header"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"rpmdbNextIterator: skipping"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"Resource temporarily unavailable"sv, FailureKind::locked, "rpmdb_locked"sv, kLocked},
    Trouble{"database is locked"sv, FailureKind::locked, "rpmdb_locked"sv, kLocked},
    Trouble{"waiting for transaction lock"sv, FailureKind::locked, "rpmdb_locked"sv, kLocked},
    Trouble{"cannot get shared lock on database"sv, FailureKind::locked, "rpmdb_locked"sv, kLocked},
    Trouble{"cannot get exclusive lock"sv, FailureKind::locked, "rpmdb_locked"sv, kLocked},
    Trouble{"Lock table is out of available"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"dummy database"sv, FailureKind::unsupported, "rpmdb_format"sv, kFormat},
    Trouble{"invalid %_db_backend"sv, FailureKind::unsupported, "rpmdb_format"sv, kFormat},
    Trouble{"unsupported hash version"sv, FailureKind::unsupported, "rpmdb_format"sv, kFormat},
    Trouble{"attempt to write a readonly database"sv, FailureKind::permission_denied, "rpmdb_unreadable"sv,
            kUnreadable},
    Trouble{"unable to open database file"sv, FailureKind::permission_denied, "rpmdb_unreadable"sv, kUnreadable},
    Trouble{"cannot open Packages"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"rpmdb open failed"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged},
    Trouble{"unable to join the environment"sv, FailureKind::tool_failed, "rpmdb_damaged"sv, kDamaged}};

FailureKind kind_of(const ProcessResult& result) {
  if (result.ending == Ending::timed_out) return FailureKind::timed_out;
  if (result.ending == Ending::too_much_output) return FailureKind::unparseable;
  if (result.ending != Ending::failed_to_start) return FailureKind::tool_failed;
  return result.start_error == ENOENT   ? FailureKind::tool_missing
         : result.start_error == EACCES ? FailureKind::permission_denied
                                        : FailureKind::tool_failed;
}

RpmDatabase usable_database(const std::filesystem::path& root) {
  RpmDatabase database = find_rpm_database(root);
  if (database.format == DatabaseFormat::none)
    throw CollectorError(FailureKind::tool_failed,
                         "there is no rpm database in /usr/lib/sysimage/rpm or /var/lib/rpm: what is installed is not "
                         "known",
                         "rpmdb_missing");
  // rpm as root would make a new one, and call it empty.
  if (database.empty || database.format == DatabaseFormat::unknown)
    throw CollectorError(FailureKind::tool_failed, database.problem, "rpmdb_damaged");
  if (!database.problem.empty())
    throw CollectorError(FailureKind::permission_denied, database.problem, "rpmdb_unreadable");
  return database;
}

[[noreturn]] void fail(const Command& command, const ProcessResult& result, FailureKind kind, const std::string& code,
                       const std::string& advice) {
  throw CollectorError(
      kind, masked(fmt::format("{}{}{}", describe(command, result), advice.empty() ? "" : "; ", advice)), code);
}

/// How many of the named are installed is the exit code of `rpm -q`, as far as 255 goes; of `rpm -qa` it is 0.
std::vector<InstalledPackage> run_query(const HostAccess& access, const Command& command, bool named) {
  const ProcessResult result = access.runner.run(command);
  // A damaged header is skipped with exit code 0.
  if (const auto trouble = classify_rpm_failure(result.err))
    fail(command, result, trouble->kind, trouble->code, trouble->message);
  if (result.ending != Ending::exited)
    fail(command, result, kind_of(result), {}, result.ending == Ending::timed_out ? std::string(kLocked) : "");
  InstalledList list = parse_rpm_list(result.out);
  if (!list.not_understood.empty())
    throw CollectorError(FailureKind::unparseable,
                         fmt::format("{}: a line that is not understood: {}", describe(command, result),
                                     masked(list.not_understood.front(), 300)));
  const bool answered = result.exit_code == 0 || (named && !result.out.empty());
  if (!answered) fail(command, result, FailureKind::tool_failed, std::to_string(result.exit_code), {});
  return std::move(list.packages);
}

}  // namespace

std::optional<RpmTrouble> classify_rpm_failure(std::string_view stderr_text) {
  for (const auto& trouble : kTroubles)
    if (stderr_text.find(trouble.says) != std::string_view::npos)
      return RpmTrouble{trouble.kind, std::string(trouble.code), std::string(trouble.advice)};
  return std::nullopt;
}

Command rpm_query(const std::filesystem::path& root, const RpmDatabase& database) {
  Command command;
  command.argv = {"rpm"};
  if (root != "/") command.argv.insert(command.argv.end(), {"--root", root.string()});
  // Debian's rpm looks into the user's home otherwise.
  command.argv.insert(command.argv.end(), {"--dbpath", database.folder});
  // An rpm without that backend would make a database of its own beside it, and call it empty.
  if (database.format == DatabaseFormat::sqlite || database.format == DatabaseFormat::ndb)
    command.argv.insert(command.argv.end(), {"--define", fmt::format("_db_backend {}", to_text(database.format))});
  command.deadline = kDeadline;
  command.output_cap = 32U << 20U;
  return command;
}

std::vector<InstalledPackage> installed_packages(const HostAccess& access) {
  Command command = rpm_query(access.root, usable_database(access.root));
  command.argv.insert(command.argv.end(), {"-qa", "--qf", std::string(kRpmListFormat)});
  auto packages = run_query(access, command, false);
  // Keys alone are no system.
  if (std::none_of(packages.begin(), packages.end(), [](const auto& package) { return !package.arch.empty(); }))
    throw CollectorError(FailureKind::tool_failed,
                         "rpm names no installed package: its database is empty, lost or not the one of this system",
                         "rpmdb_missing");
  return packages;
}

std::vector<InstalledPackage> installed_packages(const HostAccess& access, const std::vector<std::string>& names,
                                                 std::chrono::milliseconds deadline) {
  if (names.empty()) return {};
  Command command = rpm_query(access.root, usable_database(access.root));
  command.deadline = deadline;
  command.argv.insert(command.argv.end(), {"-q", "--qf", std::string(kRpmListFormat)});
  command.argv.insert(command.argv.end(), names.begin(), names.end());
  return run_query(access, command, true);
}

}  // namespace patchstate::rpm
