// SPDX-License-Identifier: Apache-2.0
// What zypper prints, line by line and element by element.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/zypper/zypper_ending.h"
#include "collectors/zypper/zypper_locks.h"
#include "collectors/zypper/zypper_output.h"
#include "collectors/zypper/zypper_text_output.h"
#include "tests/support/replay_runner.h"

namespace patchstate::zypper {
namespace {

const std::string kUpdateHeader =
    "S | Repository | Name | Current Version | Available Version | Arch\n"
    "--+------------+------+-----------------+-------------------+-------\n";
const std::string kPatchHeader =
    "Repository | Name | Category | Severity | Interactive | Status | Summary\n"
    "-----------+------+----------+----------+-------------+--------+--------\n";

std::string stream(const std::string& inside) {
  return "<?xml version='1.0'?>\n<stream>\n" + inside + "</stream>\n";
}

std::string list(const std::string& inside) {
  return stream("<update-status version=\"0.6\">\n<update-list>\n" + inside + "</update-list>\n</update-status>\n");
}

TEST_CASE("a package has its whole version with epoch, what is installed, and where it comes from") {
  const auto answer = parse_zypper_xml(
      list("<update kind=\"package\" name=\"bash\" edition=\"2:5.1-2\" arch=\"x86_64\" edition-old=\"5.1-1\">"
           "<summary>A &amp; B</summary><source url=\"https://u:secret@h/r\" alias=\"a|b\"/></update>"));
  REQUIRE(answer.updates.size() == 1);
  const auto& bash = answer.updates[0];
  CHECK(bash.kind == Kind::package);
  CHECK(bash.edition == "2:5.1-2");
  CHECK(bash.edition_old == "5.1-1");
  CHECK(bash.summary == "A & B");
  CHECK(bash.repository == "a|b");
  CHECK(answer.has_list);
  CHECK_FALSE(answer.problem);
}

TEST_CASE("edge-117: patches that wait for the update stack are in the list too") {
  const auto answer = parse_zypper_xml(stream(
      "<update-status version=\"0.6\"><update-list><update kind=\"patch\" name=\"z\" edition=\"1\" "
      "pkgmanager=\"true\" restart=\"false\"/></update-list><blocked-update-list><update kind=\"patch\" name=\"k\" "
      "edition=\"1\" restart=\"true\" interactive=\"true\"/></blocked-update-list></update-status>"));
  REQUIRE(answer.updates.size() == 2);
  CHECK(answer.updates[0].update_stack);
  CHECK_FALSE(answer.updates[0].blocked);
  CHECK(answer.updates[1].blocked);
  CHECK(answer.updates[1].reboot_suggested);
}

TEST_CASE("XML that is cut off, hostile or not whole never reads as a whole list") {
  const std::string whole = list("<update kind=\"patch\" name=\"a\" edition=\"1\"/>");
  CHECK(parse_zypper_xml(whole.substr(0, whole.size() / 2)).problem);
  CHECK(parse_zypper_xml("").problem);
  CHECK(parse_zypper_xml("zypper: not found").problem);
  CHECK(parse_zypper_xml("<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a \"b\">]><stream>&a;</stream>").problem);
  std::string deep;
  for (int at = 0; at < 200; ++at) deep += "<a>";
  CHECK(parse_zypper_xml(stream(deep)).problem);
}

TEST_CASE("edge-112: bytes that XML does not allow cost no update") {
  const auto answer = parse_zypper_xml(
      list("<update kind=\"patch\" name=\"a\" edition=\"1\"><summary>caf\xe9 \x1b[1m\x01</summary></update>"
           "<update kind=\"patch\" name=\"b\" edition=\"1\"/>"));
  CHECK_FALSE(answer.problem);
  CHECK(answer.updates.size() == 2);
}

TEST_CASE("an update without a name, and one of another kind, is said not to be understood") {
  const auto answer =
      parse_zypper_xml(list("<update kind=\"package\" edition=\"1\"/><update kind=\"srcpackage\" name=\"s\"/>"));
  CHECK(answer.updates.empty());
  CHECK(answer.not_understood.size() == 2);
}

TEST_CASE("edge-115: without a repository the empty list says so") {
  const auto answer = parse_zypper_xml(list("<appletinfo status=\"no-update-repositories\"/>"));
  CHECK(answer.has_list);
  CHECK(answer.has_no_repositories);
}

TEST_CASE("edge-75: a row that is cut off is not understood, and the others are") {
  const auto answer =
      parse_update_table(kUpdateHeader + "v | Repo | bash | 1-1 | 1-2 | x86_64\nv | Repo | zsh | 1-1\n");
  CHECK(answer.updates.size() == 1);
  CHECK(answer.not_understood == std::vector<std::string>{"v | Repo | zsh | 1-1"});
}

TEST_CASE("edge-76: a | in the name of a repository or in a summary stays in it") {
  const auto update = parse_update_table(kUpdateHeader + "v | My | Repo | bash | 1-1 | 1-2 | x86_64\n");
  REQUIRE(update.updates.size() == 1);
  CHECK(update.updates[0].repository == "My | Repo");
  CHECK(update.updates[0].name == "bash");
  const auto patch = parse_patch_table(kPatchHeader +
                                       "A | B | P-1 | security | low | --- | needed | this | that\n"
                                       "Main | P-2 | recommended | moderate | reboot | needed | one | two\n");
  REQUIRE(patch.updates.size() == 2);
  CHECK(patch.updates[0].repository == "A | B");
  CHECK(patch.updates[0].name == "P-1");
  CHECK(patch.updates[0].summary == "this | that");
  CHECK(patch.updates[1].repository == "Main");
  CHECK(patch.updates[1].summary == "one | two");
  CHECK(patch.updates[1].reboot_suggested);
}

TEST_CASE("edge-78: one package of two architectures is two rows") {
  const auto answer =
      parse_update_table(kUpdateHeader + "v | R | libx | 1-1 | 1-2 | x86_64\nv | R | libx | 1-1 | 1-2 | i686\n");
  CHECK(answer.updates.size() == 2);
}

TEST_CASE("edge-79: locked packages are named, and are no updates") {
  const auto answer = parse_update_table(
      "The following 3 items are locked and will not be changed by any action:\n Available:\n  auoms azsec-clamav\n"
      "  qualys-agent\n\nNothing to do.\n");
  CHECK(answer.locked == std::vector<std::string>{"auoms", "azsec-clamav", "qualys-agent"});
  CHECK(answer.updates.empty());
}

TEST_CASE("edge-85: progress, colours and warnings between rows cost no row") {
  const auto answer = parse_patch_table("Retrieving repository 'x' metadata ....\rRetrieving [done]\n" + kPatchHeader +
                                        "\x1b[1mRepo\x1b[0m | P-1 | security | low | --- | needed | a\r\n"
                                        "Warning: One of installed patches affects the package manager itself.\n"
                                        "Repo | P-2 | security | low | --- | needed | b\n");
  CHECK(answer.updates.size() == 2);
  CHECK(answer.updates[0].repository == "Repo");
  REQUIRE(answer.messages.size() == 1);
  CHECK(answer.messages[0].kind == MessageKind::warning);
  CHECK(answer.not_understood.empty());
}

TEST_CASE("edge-82: category and severity of a patch stay as they are written") {
  const auto answer = parse_patch_table(kPatchHeader + "R | P | document | unspecified | --- | not needed | a\n");
  REQUIRE(answer.updates.size() == 1);
  CHECK(answer.updates[0].category == "document");
  CHECK(answer.updates[0].severity == "unspecified");
  CHECK(answer.updates[0].status == "not needed");
}

TEST_CASE("edge-117: of two tables the first is that of the update stack") {
  const auto answer =
      parse_patch_table("Needed software management updates will be installed first:\n\n" + kPatchHeader +
                        "R | zypp | recommended | low | restart | needed | a\n\n"
                        "The following updates are also available:\n\n" +
                        kPatchHeader + "R | k | security | low | reboot | needed | a\n");
  REQUIRE(answer.updates.size() == 2);
  CHECK(answer.updates[0].update_stack);
  CHECK_FALSE(answer.updates[1].update_stack);
  CHECK(answer.updates[1].blocked);
}

TEST_CASE("locks match names as zypper matches them") {
  const auto read = parse_locks(
      "\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: kernel-*\n\n"
      "type: package\nmatch_type: exact\ncase_sensitive: off\nsolvable_name: Bash\n\n# old\nnonsense\n");
  REQUIRE(read.locks.size() == 2);
  CHECK(read.not_understood == std::vector<std::string>{"nonsense"});
  CHECK(matches(read.locks[0], "kernel-default"));
  CHECK_FALSE(matches(read.locks[0], "my-kernel-default"));
  CHECK(matches(read.locks[1], "bash"));
  CHECK_FALSE(matches(read.locks[1], "bash2"));
}

struct Code {
  int exit_code;
  bool fails;
  FailureKind kind;
};

TEST_CASE("edges 14-22, 102-107: each exit code is an answer, part of one, or a failure with its own kind") {
  const Code codes[] = {{0, false, {}},
                        {100, false, {}},
                        {101, false, {}},
                        {102, false, {}},
                        {103, false, {}},
                        {106, false, {}},
                        {1, true, FailureKind::tool_failed},
                        {2, true, FailureKind::unsupported},
                        {3, true, FailureKind::unsupported},
                        {4, true, FailureKind::tool_failed},
                        {5, true, FailureKind::permission_denied},
                        {6, true, FailureKind::disabled},
                        {7, true, FailureKind::locked},
                        {8, true, FailureKind::tool_failed},
                        {104, true, FailureKind::tool_failed},
                        {105, true, FailureKind::tool_failed},
                        {107, true, FailureKind::tool_failed},
                        {999999, true, FailureKind::tool_failed}};
  Answer answer;
  answer.has_list = true;
  Command command;
  command.argv = {"zypper", "--xmlout", "list-patches"};
  for (const auto& code : codes) {
    CAPTURE(code.exit_code);
    const auto result = test::ReplayRunner::exited(code.exit_code, "");
    if (!code.fails) {
      const auto remarks = check_ending(command, result, answer);
      CHECK(remarks.has_skipped_repositories == (code.exit_code == 106));
      CHECK(remarks.reboot_suggested == (code.exit_code == 102));
      CHECK(remarks.update_stack_first == (code.exit_code == 103));
      continue;
    }
    try {
      check_ending(command, result, answer);
      FAIL("no error");
    } catch (const CollectorError& error) {
      CHECK(error.kind == code.kind);
      CHECK(error.error_code == std::to_string(code.exit_code));
      CHECK(std::string(error.what()).starts_with("zypper list-patches: "));
    }
  }
}

TEST_CASE("edges 14, 15: who holds the lock is said, with the code of a lock or of libzypp") {
  Command command;
  command.argv = {"zypper", "list-updates"};
  for (const int code : {4, 7}) {
    const auto answer = parse_zypper_xml(stream(
        "<message type=\"error\">System management is locked by the application with pid 7070 (zypper).\nClose this "
        "application before trying again.</message>"));
    try {
      check_ending(command, test::ReplayRunner::exited(code, ""), answer);
      FAIL("no error");
    } catch (const CollectorError& error) {
      CHECK(error.kind == FailureKind::locked);
      CHECK(std::string(error.what()).find("pid 7070 (zypper)") != std::string::npos);
    }
  }
}

TEST_CASE("edge-107: exit code 0 without a list is no answer") {
  Command command;
  command.argv = {"zypper", "list-updates"};
  CHECK_THROWS_AS(check_ending(command, test::ReplayRunner::exited(0, ""), parse_zypper_xml("")), CollectorError);
  CHECK_THROWS_AS(check_ending(command, test::ReplayRunner::exited(0, ""), parse_zypper_xml(stream(""))),
                  CollectorError);
}

}  // namespace
}  // namespace patchstate::zypper
