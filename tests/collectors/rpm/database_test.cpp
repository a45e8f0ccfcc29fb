// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "collectors/rpm/rpm_database.h"
#include "tests/support/replay_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace patchstate::rpm;
using namespace std::string_view_literals;
using test::ReplayRunner;

namespace {

constexpr std::string_view kSqlite = "SQLite format 3\0....."sv;
constexpr std::string_view kBash = "bash\t0\t5.1.8\t6.el9_1\tx86_64\t1769530086\tRed Hat, Inc.\n";

/// What installed_packages makes of rpm's answer.
CollectorError error_of(ProcessResult answer) {
  const test::TemporaryFolder root;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  ReplayRunner runner;
  runner.add({"rpm"}, std::move(answer));
  try {
    installed_packages({runner, root.path(), {}, {}});
  } catch (const CollectorError& error) {
    return error;
  }
  FAIL("no error");
  return {FailureKind::internal, ""};
}

}  // namespace

TEST_CASE("the database is found where rpm keeps it, and its format is what its bytes say") {
  struct Row {
    const char* file;
    std::string_view content;
    DatabaseFormat format;
    const char* folder;
    bool usable;
  };
  const std::string hash = std::string(12, '\0') + std::string("\x61\x15\x06\x00"sv);
  const std::string big_endian_hash = std::string(12, '\0') + std::string("\x00\x06\x15\x61"sv);
  for (const Row& row :
       {Row{"var/lib/rpm/rpmdb.sqlite", kSqlite, DatabaseFormat::sqlite, "/var/lib/rpm", true},
        {"usr/lib/sysimage/rpm/rpmdb.sqlite", kSqlite, DatabaseFormat::sqlite, "/usr/lib/sysimage/rpm", true},
        {"usr/lib/sysimage/rpm/Packages.db", "RpmP...", DatabaseFormat::ndb, "/usr/lib/sysimage/rpm", true},
        {"var/lib/rpm/Packages", hash, DatabaseFormat::bdb, "/var/lib/rpm", true},
        {"var/lib/rpm/Packages", big_endian_hash, DatabaseFormat::bdb, "/var/lib/rpm", true},
        {"var/lib/rpm/rpmdb.sqlite", "", DatabaseFormat::sqlite, "/var/lib/rpm", false},
        {"var/lib/rpm/rpmdb.sqlite", "SQLite", DatabaseFormat::unknown, "/var/lib/rpm", false},
        {"var/lib/rpm/Packages.db", kSqlite, DatabaseFormat::unknown, "/var/lib/rpm", false},
        {"var/lib/rpm/Packages", "short", DatabaseFormat::unknown, "/var/lib/rpm", false},
        {"var/lib/rpm/Packages.db/x", "", DatabaseFormat::ndb, "/var/lib/rpm", false},
        {"var/lib/rpm/Index.db", "x", DatabaseFormat::none, "", true}}) {
    CAPTURE(row.file);
    const test::TemporaryFolder root;
    root.write(row.file, row.content);
    const auto database = find_rpm_database(root.path());
    CHECK(to_text(database.format) == to_text(row.format));
    CHECK(database.folder == row.folder);
    CHECK(database.problem.empty() == row.usable);
  }
}

TEST_CASE("an empty database in the newer place does not hide the one in the older") {
  const test::TemporaryFolder root;
  root.write("usr/lib/sysimage/rpm/rpmdb.sqlite", "");
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  CHECK(find_rpm_database(root.path()).folder == "/var/lib/rpm");
}

TEST_CASE("a folder that is an absolute link is followed in the root") {
  const test::TemporaryFolder root;
  root.write("usr/lib/sysimage/elsewhere/rpmdb.sqlite", kSqlite);
  root.link("var/lib/rpm", "/usr/lib/sysimage/elsewhere");
  CHECK(find_rpm_database(root.path()).file == root.path() / "usr/lib/sysimage/elsewhere/rpmdb.sqlite");
  const test::TemporaryFolder circle;
  circle.link("var/lib/rpm", "/var/lib/rpm");
  CHECK(find_rpm_database(circle.path()).format == DatabaseFormat::none);
  CHECK(stamp_rpm_database(circle.path()).empty());
}

TEST_CASE("the stamp changes with the database and its journal, and with nothing else") {
  const test::TemporaryFolder root;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  const auto before = stamp_rpm_database(root.path());
  CHECK_FALSE(before.empty());
  root.write("var/lib/rpm/rpmdb.sqlite-shm", "x");
  root.write("var/lib/rpm/.rpm.lock", "");
  CHECK(stamp_rpm_database(root.path()) == before);
  root.write("var/lib/rpm/rpmdb.sqlite-wal", "x");
  const auto with_journal = stamp_rpm_database(root.path());
  CHECK(with_journal != before);
  root.write("var/lib/rpm/rpmdb.sqlite", std::string(kSqlite) + "more");
  CHECK(stamp_rpm_database(root.path()) != with_journal);
}

TEST_CASE("repomd.xml counts by its content: a tool that writes the same again has changed nothing") {
  const test::TemporaryFolder root;
  root.write("var/cache/zypp/raw/updates/repodata/repomd.xml", "<repomd/>");
  root.write("var/cache/zypp/raw/base/repomd.xml", "<repomd/>");
  const auto before = hash_repomd_files(root.path(), "/var/cache/zypp/raw");
  CHECK(before.find("updates/repodata/repomd.xml ") != std::string::npos);
  CHECK(before.find("base/repomd.xml ") != std::string::npos);
  const auto file = root.write("var/cache/zypp/raw/updates/repodata/repomd.xml", "<repomd/>");
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::hours{1});
  CHECK(hash_repomd_files(root.path(), "/var/cache/zypp/raw") == before);
  root.write("var/cache/zypp/raw/updates/repodata/repomd.xml", "<repomd>2</repomd>");
  CHECK(hash_repomd_files(root.path(), "/var/cache/zypp/raw") != before);
  CHECK(hash_repomd_files(root.path(), "/no/such/folder").empty());
}

TEST_CASE("rpm is told the root, the folder and the format") {
  const test::TemporaryFolder root;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  ReplayRunner runner;
  runner.add(
      {"rpm", "--root", root.path().string(), "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite", "-qa"},
      ReplayRunner::exited(0, std::string(kBash)));
  const auto packages = installed_packages({runner, root.path(), {}, {}});
  REQUIRE(packages.size() == 1);
  CHECK(packages[0].name == "bash");
  CHECK(packages[0].evr == Evr{"", "5.1.8", "6.el9_1"});
  CHECK(packages[0].installed == Time(std::chrono::seconds(1769530086)));
  CHECK(packages[0].vendor == "Red Hat, Inc.");
  for (const auto& command : runner.commands) CHECK(command.deadline <= std::chrono::seconds{60});

  RpmDatabase old;
  old.format = DatabaseFormat::bdb;
  old.folder = "/var/lib/rpm";
  CHECK(rpm_query("/", old).argv == std::vector<std::string>{"rpm", "--dbpath", "/var/lib/rpm"});
}

TEST_CASE("packages asked for by name: one that is not installed is no error") {
  const test::TemporaryFolder root;
  root.write("var/lib/rpm/rpmdb.sqlite", kSqlite);
  ReplayRunner runner;
  runner.add({"rpm", "-q", "bash"},
             ReplayRunner::exited(1, std::string(kBash) + "package kernel-rt is not installed\n"));
  runner.add({"rpm", "-q", "zsh"}, ReplayRunner::exited(1, "package zsh is not installed\n"));
  runner.add({"rpm", "-q", "ksh"}, ReplayRunner::exited(1, ""));
  const HostAccess access{runner, root.path(), {}, {}};
  CHECK(installed_packages(access, {"bash", "kernel-rt"}, std::chrono::seconds{5}).size() == 1);
  CHECK(installed_packages(access, {"zsh"}, std::chrono::seconds{5}).empty());
  CHECK_THROWS_AS(installed_packages(access, {"ksh"}, std::chrono::seconds{5}), CollectorError);
  CHECK(runner.commands.back().deadline == std::chrono::seconds{5});
}

TEST_CASE("edge-28: what is wrong with the rpm database has a kind, a code and an advice, and is never an empty list") {
  struct Row {
    int exit_code;
    const char* out;
    const char* err;
    FailureKind kind;
    const char* code;
  };
  const Row rows[] = {
      {1, "",
       "error: rpmdb: BDB0113 Thread/process 1234/139 failed: BDB1507 Thread died in Berkeley DB library\n"
       "error: db5 error(-30973) from dbenv->failchk: BDB0087 DB_RUNRECOVERY: Fatal error, run database recovery\n"
       "error: cannot open Packages index using db5 -  (-30973)\n"
       "error: cannot open Packages database in /var/lib/rpm\n",
       FailureKind::tool_failed, "rpmdb_damaged"},
      {1, "",
       "error: sqlite failure: CREATE TABLE: database disk image is malformed\nerror: cannot open Packages database",
       FailureKind::tool_failed, "rpmdb_damaged"},
      {0, kBash.data(), "error: rpmdbNextIterator: skipping h#       1 tag[1]: BAD, tag 1000 type 6 offset 2 count 1\n",
       FailureKind::tool_failed, "rpmdb_damaged"},
      {0, kBash.data(), "error: rpmdb: damaged header #36 retrieved -- skipping.\n", FailureKind::tool_failed,
       "rpmdb_damaged"},
      {1, "", "error: cannot open Packages index using db5 - Resource temporarily unavailable (11)\n",
       FailureKind::locked, "rpmdb_locked"},
      {1, "", "error: sqlite failure: database is locked\n", FailureKind::locked, "rpmdb_locked"},
      {0, "", "warning: using dummy database, installs not possible\n", FailureKind::unsupported, "rpmdb_format"},
      {1, "", "error: /var/lib/rpm/Packages: unsupported hash version 0\nerror: cannot open Packages database in x\n",
       FailureKind::unsupported, "rpmdb_format"},
      {1, "", "error: Unable to open sqlite database x: unable to open database file\nerror: cannot open Packages\n",
       FailureKind::permission_denied, "rpmdb_unreadable"},
      {1, "", "error: sqlite failure: x: attempt to write a readonly database\n", FailureKind::permission_denied,
       "rpmdb_unreadable"},
      {0, "", "", FailureKind::tool_failed, "rpmdb_missing"},
      {0, "gpg-pubkey\t0\tfd431d51\t4ae0493b\t(none)\t1769530086\t(none)\n", "", FailureKind::tool_failed,
       "rpmdb_missing"},
      {3, "", "error: something new\n", FailureKind::tool_failed, "3"},
      {0, "bash 5.1\n", "", FailureKind::unparseable, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.err);
    const auto error = error_of(ReplayRunner::exited(row.exit_code, row.out, row.err));
    CHECK(to_text(error.kind) == to_text(row.kind));
    CHECK(error.error_code == row.code);
    CHECK(std::string(error.what()).size() > 20);
  }
}

TEST_CASE("an rpm that is missing, late or killed is told apart") {
  ProcessResult missing;
  missing.start_error = 2;
  CHECK(error_of(missing).kind == FailureKind::tool_missing);
  ProcessResult late;
  late.ending = Ending::timed_out;
  CHECK(error_of(late).kind == FailureKind::timed_out);
  CHECK(std::string(error_of(late).what()).find("another program holds the rpm database") != std::string::npos);
  ProcessResult killed;
  killed.ending = Ending::signalled;
  killed.signal = 9;
  killed.out = kBash;
  CHECK(error_of(killed).kind == FailureKind::tool_failed);
  ProcessResult flood;
  flood.ending = Ending::too_much_output;
  CHECK(error_of(flood).kind == FailureKind::unparseable);
}

TEST_CASE("without a database rpm is not even started: as root it would make one") {
  ReplayRunner runner;
  const test::TemporaryFolder empty;
  CHECK_THROWS_AS(installed_packages({runner, empty.path(), {}, {}}), CollectorError);
  const test::TemporaryFolder lost;
  lost.write("var/lib/rpm/rpmdb.sqlite", "");
  CHECK_THROWS_AS(installed_packages({runner, lost.path(), {}, {}}), CollectorError);
  const test::TemporaryFolder other;
  other.write("var/lib/rpm/rpmdb.sqlite", "garbage garbage");
  CHECK_THROWS_AS(installed_packages({runner, other.path(), {}, {}}), CollectorError);
  CHECK(runner.commands.empty());
}

TEST_CASE("rpm's list: keys have no architecture, and each line that is no package is told") {
  const auto list = parse_rpm_list(
      "gpg-pubkey\t(none)\tfd431d51\t4ae0493b\t(none)\t1769530086\t(none)\n"
      "perl\t4\t5.26.3\t422.el8\tx86_64\t(none)\tRocky\n\n"
      "package kernel is not installed\n"
      "two\tfields\n"
      "a\tx\t1\t1\tnoarch\t0\tvendor\n"
      "\t0\t1\t1\tnoarch\t0\tvendor\n"
      "a\t0\t1\t1\tnoarch\t0\tvendor\tmore\n"
      "cut\t0\t1");
  REQUIRE(list.packages.size() == 2);
  CHECK(list.packages[0].arch.empty());
  CHECK(list.packages[1].evr == Evr{"4", "5.26.3", "422.el8"});
  CHECK_FALSE(list.packages[1].installed);
  CHECK(list.not_understood.size() == 5);
}
