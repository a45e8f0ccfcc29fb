// SPDX-License-Identifier: Apache-2.0
// What the tools print for people, and their JSON, with everything that gets between.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/collector.h"
#include "collectors/dnf/advisory_list_output.h"
#include "collectors/dnf/dnf4.h"
#include "collectors/dnf/dnf4_output.h"
#include "collectors/dnf/dnf5_output.h"
#include "collectors/dnf/package_list_output.h"
#include "collectors/dnf/plan_output.h"
#include "collectors/dnf/repoquery_output.h"
#include "collectors/dnf/tdnf_output.h"

namespace patchstate::dnf {
namespace {

using Texts = std::vector<std::string>;

Texts rows_in(const std::string& text) {
  Texts all;
  for (const auto& row : parse_package_list(text).rows) all.push_back(rpm::to_text(row.package) + " " + row.repository);
  return all;
}

FailureKind kind_of(const std::string& json) {
  try {
    parse_dnf4(json);
  } catch (const CollectorError& error) {
    return error.kind;
  }
  return FailureKind::internal;
}

}  // namespace

TEST_CASE("a row of a package is found however it is printed") {
  struct {
    const char* what;
    std::string text;
    Texts rows;
  } const cases[] = {
      {"edge-31: wrapped behind the name",
       "a-very-long-name.x86_64\n      1.0-1   updates\n",
       {"a-very-long-name-1.0-1.x86_64 updates"}},
      {"edge-31: wrapped behind the version",
       "foo.x86_64  1.0-1\n   updates\nbar.noarch 2-1 base\n",
       {"foo-1.0-1.x86_64 updates", "bar-2-1.noarch base"}},
      {"edge-32: three lines", "foo.x86_64\n  1.0-1\n  updates\n", {"foo-1.0-1.x86_64 updates"}},
      {"edge-33: a fourth column", "foo.x86_64 1.0-1 rhui-base error-updating\n", {"foo-1.0-1.x86_64 rhui-base"}},
      {"edge-35, edge-36: banners",
       "Security: kernel-core-4.18.0-553.40.1.el8_10.x86_64 is an installed security update\nfoo.x86_64 is excluded\n",
       {}},
      {"edge-37: architectures",
       "a.s390x 1-1 r\nb.ppc64le 1-1 r\nc.armv7hl 1-1 r\nd.riscv64 1-1 r\n",
       {"a-1-1.s390x r", "b-1-1.ppc64le r", "c-1-1.armv7hl r", "d-1-1.riscv64 r"}},
      {"edge-38: a name like an architecture", "cross-i686.x86_64 1-1 r\n", {"cross-i686-1-1.x86_64 r"}},
      {"edge-41: epochs", "tar.x86_64 2:1.26-34.el7 r\n", {"tar-2:1.26-34.el7.x86_64 r"}},
      {"edge-42: dnf 4's layout",
       "Last metadata expiration check: 0:34:17 ago on Mon 28 Apr 2025.\n\nfoo.x86_64 1-1 r\n",
       {"foo-1-1.x86_64 r"}},
      {"edge-43: subscription-manager",
       "This system is not registered with an entitlement server. You can use subscription-manager to "
       "register.\nfoo.x86_64 1-1 r\nUploading Enabled Repositories Report\nCannot upload enabled repos report, is "
       "this client registered?\n",
       {"foo-1-1.x86_64 r"}},
      {"edge-44: dnf5's heading",
       "Updating and loading repositories:\nRepositories loaded.\nUpgrades\nfoo.x86_64 1-1 r\n",
       {"foo-1-1.x86_64 r"}},
      {"a name like a notice", "yum-utils.noarch 1.1.31-54.el7 base\n", {"yum-utils-1.1.31-54.el7.noarch base"}},
      {"edge-112: colours and progress",
       "\x1b[1mfoo.x86_64\x1b[0m 1-1 r\r\n 12%\r 99%\rbar.x86_64 1-1 r\n",
       {"foo-1-1.x86_64 r", "bar-1-1.x86_64 r"}},
      {"edge-107: nothing", "", {}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(rows_in(one.text) == one.rows);
    CHECK(parse_package_list(one.text).not_understood.empty());
  }
}

TEST_CASE("edge-34: what is replaced is no update, in any language") {
  for (const char* const heading :
       {"Obsoleting Packages", "Obsoleting Updates", "Veraltete Pakete", "廃止パッケージ"}) {
    CAPTURE(heading);
    const auto list = parse_package_list(
        std::string("foo.x86_64 2-1 r\n") + heading +
        "\nnew.x86_64 1-1 r\n    old.x86_64 1-1 @System\nfoo.x86_64 3-1 r\n    old2.noarch 1-1 @r\n");
    REQUIRE(list.rows.size() == 1);
    CHECK(list.rows[0].package.name == "foo");
    REQUIRE(list.replacements.size() == 2);
    CHECK(list.replacements[0].by.package.name == "new");
    CHECK(list.replacements[0].replaced.at(0).package.name == "old");
    CHECK(list.replacements[1].replaced.at(0).package.name == "old2");
    CHECK(list.not_understood.empty());
  }
}

TEST_CASE("a row that was cut off is never lost in silence") {
  const std::string text = "bash.x86_64                 5.1.8-6.el9            baseos\n";
  for (std::size_t end = 1; end + 1 < text.size(); ++end) {
    const std::string cut = text.substr(0, end);
    CAPTURE(cut);
    const auto list = parse_package_list(cut);
    // Before ".x" there is nothing that tells a package from a word.
    if (end >= std::string("bash.x86_64").size()) CHECK(list.rows.size() + list.not_understood.size() == 1);
  }
}

TEST_CASE("edge-120: a translated severity doesn't hide that an advisory is about security") {
  const auto list = parse_advisory_list(
      "RHSA-2026:1 Important/Sec. bash-5.1-2.x86_64\nRHSA-2026:2 Unknown/Sec. bash-5.1-3.x86_64\n"
      "RHSA-2026:3 Wichtig/Sec. zlib-1.2-3.x86_64\ni RHBA-2026:4 bugfix acl-2-3.x86_64\n"
      "RHSA-2026:5 Low/Sec. attr-2-3.x86_64 2026-01-02 03:04:05\n");
  REQUIRE(list.rows.size() == 5);
  CHECK(list.not_understood.empty());
  CHECK(list.rows[0].severity == "Important");
  CHECK(list.rows[1].severity.empty());
  for (const std::size_t at : {0U, 1U, 2U, 4U}) CHECK(list.rows[at].type == "security");
  CHECK(list.rows[3].type == "bugfix");
  CHECK(advisories_of(list.rows).size() == 5);
}

TEST_CASE("rows of an advisory that are no such rows are given back") {
  CHECK(parse_advisory_list("RHSA-2026:1 Important/Sec. bash-5.1\n").not_understood.size() == 1);
  CHECK(parse_repoquery("\"bash\" \"0\" \"5.1\n").not_understood.size() == 1);
  CHECK(parse_repoquery("\"bash\" \"x\" \"5.1\" \"2\" \"base\"\n").not_understood.size() == 1);
}

TEST_CASE("JSON that was cut off anywhere is an error, never a shorter list") {
  const std::string packages = R"({"upgrades":[{"name":"a","arch":"x86_64","evr":"1-1","repository":"r"}]})";
  const std::string advisories =
      R"([{"Name":"A:1","Type":"security","Severity":"none","references":[],"collections":{"packages":["a-1-1.x86_64"]}}])";
  const std::string tdnf = R"([{"Name":"a","Arch":"x86_64","Evr":"1-1","Repo":"r"}])";
  CHECK(parse_dnf5_packages(packages).rows.size() == 1);
  CHECK(parse_dnf5_advisories(advisories).at(0).severity.empty());
  CHECK(parse_tdnf_packages(tdnf).rows.size() == 1);
  for (std::size_t end = 0; end < packages.size(); ++end)
    CHECK_THROWS_AS(parse_dnf5_packages(packages.substr(0, end)), CollectorError);
  for (std::size_t end = 0; end < advisories.size(); ++end)
    CHECK_THROWS_AS(parse_dnf5_advisories(advisories.substr(0, end)), CollectorError);
  for (std::size_t end = 0; end < tdnf.size(); ++end)
    CHECK_THROWS_AS(parse_tdnf_packages(tdnf.substr(0, end)), CollectorError);
}

TEST_CASE("dnf 4's own errors have the kind that somebody acts on") {
  const auto error = [](const std::string& type, const std::string& text) {
    return R"({"error":{"type":")" + type + R"(","text":")" + text + R"("},"complaints":[]})";
  };
  CHECK(kind_of(error("ProcessLockError", "metadata already locked by 42")) == FailureKind::locked);
  CHECK(kind_of(error("RepoError", "Failed to download metadata for repo 'baseos'")) == FailureKind::unreachable);
  CHECK(kind_of(error("OSError", "[Errno 13] Permission denied: '/var/cache/dnf'")) == FailureKind::permission_denied);
  CHECK(kind_of(error("ModuleNotFoundError", "No module named 'dnf'")) == FailureKind::tool_failed);
  CHECK(kind_of("") == FailureKind::unparseable);
  CHECK(kind_of("{}") == FailureKind::unparseable);
  CHECK(kind_of("Killed") == FailureKind::unparseable);
}

TEST_CASE("dnf5's plan is read only when it is whole") {
  const std::string text =
      "Problem: cannot install the best update candidate for package theta-1.0-1.x86_64\n"
      "  - nothing provides nothing-has-it needed by theta-2.0-1.x86_64 from updates\n\n"
      "Package            Arch   Version Repository      Size\nInstalling:\n epsilon           x86_64 0:1.0-1 updates  "
      "    0.0   B\n"
      "   replacing delta x86_64 0:1.0-1 <unknown>    0.0   B\nSkipping packages with broken dependencies:\n"
      " theta             x86_64 2.0-1   updates      0.0   B\n\nTransaction Summary:\n Installing:         1 "
      "package\n";
  const auto plan = parse_dnf5_plan(text);
  REQUIRE(plan.has_value());
  REQUIRE(plan->installs.size() == 1);
  CHECK(plan->installs[0].name == "epsilon");
  REQUIRE(plan->removes.size() == 1);
  CHECK(plan->removes[0].name == "delta");
  REQUIRE(plan->problems.size() == 1);
  CHECK(plan->problems[0].find("nothing provides") != std::string::npos);
  CHECK_FALSE(parse_dnf5_plan(text.substr(0, text.find("Transaction"))).has_value());
  CHECK_FALSE(parse_dnf5_plan("").has_value());
  CHECK(parse_dnf5_plan("Nothing to do.\n").has_value());
}

TEST_CASE("the Python of a script is the path in its first line") {
  CHECK(python_of("#!/usr/libexec/platform-python -s\nimport sys\n") == "/usr/libexec/platform-python");
  CHECK(python_of("#! /usr/bin/python3\n") == "/usr/bin/python3");
  CHECK(python_of("#!/bin/sh\nexec python3\n").empty());
  CHECK(python_of("\x7f"
                  "ELF")
            .empty());
  CHECK(python_of("#!").empty());
  CHECK(python_of("#!python3\n").empty());
}

}  // namespace patchstate::dnf
