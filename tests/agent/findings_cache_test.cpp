// SPDX-License-Identifier: Apache-2.0
#include "agent/findings_cache.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "tests/agent/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

/// Every field has a value of its own, so that one that gets lost on the way is seen.
Findings full_findings() {
  Update update;
  update.patch_id = "bash:amd64";
  update.name = "bash";
  update.version = "1:5.2-3";
  update.installed_version = "1:5.2-1";
  update.arch = "amd64";
  update.source_package = "bash-source";
  update.source_version = "5.2-3";
  update.purl = "pkg:deb/debian/bash@5.2-3";
  update.kb_id = "KB1";
  update.classifications = {Classification::security, Classification::bugfix};
  update.severity = Severity::important;
  update.vendor_severity = "high";
  update.state = UpdateState::held;
  update.state_reason = "apt-mark hold";
  update.evidence = "1:5.2-2 is in bookworm-security";
  update.reboot_behavior = RebootBehavior::can_request_reboot;
  update.advisories = {{"DSA-1", Classification::security, Severity::low, kNow - 24h, "https://example.org/DSA-1"}};
  update.cves = {"CVE-2026-0001"};
  update.repository = "http://deb.example.org bookworm/main";
  update.origin = "Debian-Security";
  update.size_bytes = 123;
  update.published = kNow - 48h;
  update.first_seen = kNow - 12h;

  Findings findings;
  findings.updates = {update};
  findings.metadata.checked_at = kNow - 1h;
  findings.metadata.checked_evidence = "ctime of InRelease";
  findings.metadata.published_at = kNow - 2h;
  findings.metadata.repositories = {
      {"http://deb.example.org bookworm/main", RepositoryState::ok, kNow - 1h, kNow - 2h, kNow + 100h, true}};
  findings.metadata.missing_advisory_data = {"http://third.example.org stable/main"};
  findings.warnings = {{"w", "something", "subject", false}};
  findings.tool = "patchstate-apt-probe";
  findings.tool_version = "2.6.1";
  findings.service = PatchService::WU_WSUS;
  return findings;
}

std::string as_text(const Findings& findings) {
  Assessment assessment;
  assessment.sources.push_back({"apt", PatchService::APT, {}, findings});
  return to_json(assessment);
}

CollectorChoice apt(const std::string& fingerprint = "state") {
  CollectorChoice choice;
  choice.source = "apt";
  choice.service = PatchService::APT;
  choice.fingerprint = fingerprint;
  return choice;
}

struct Kept {
  Kept() { cache.keep(apt(), full_findings(), kNow); }
  fs::path file() const { return folder.path() / "findings-apt"; }
  test::TemporaryFolder folder;
  FindingsCache cache{folder.path()};
};

}  // namespace

TEST_CASE("findings come back whole while their fingerprint is the same") {
  const Kept kept;
  const auto found = kept.cache.find(apt(), kNow + 1h);
  REQUIRE(found);
  CHECK(as_text(*found) == as_text(full_findings()));
  CHECK(found->tool == "patchstate-apt-probe");
  CHECK(found->updates.at(0).state_reason == "apt-mark hold");
  CHECK(found->updates.at(0).evidence == "1:5.2-2 is in bookworm-security");
  CHECK(found->updates.at(0).origin == "Debian-Security");
  CHECK(found->updates.at(0).source_version == "5.2-3");
  CHECK(found->metadata.checked_evidence == "ctime of InRelease");
  CHECK(found->metadata.repositories.at(0).valid_until == kNow + 100h);
  CHECK(found->metadata.repositories.at(0).security);
  CHECK_FALSE(kept.cache.find(apt("other state"), kNow));
  CHECK_FALSE(kept.cache.find(apt(""), kNow));
}

TEST_CASE("findings are kept for six hours, not into the past, and not beyond Valid-Until") {
  const Kept kept;
  CHECK(kept.cache.find(apt(), kNow + 6h - 1s));
  CHECK_FALSE(kept.cache.find(apt(), kNow + 6h));
  CHECK_FALSE(kept.cache.find(apt(), kNow - 1s));  // the clock was set back

  auto findings = full_findings();
  findings.metadata.repositories[0].valid_until = kNow + 1h;
  kept.cache.keep(apt(), findings, kNow);
  CHECK(kept.cache.find(apt(), kNow + 1h - 1s));
  CHECK_FALSE(kept.cache.find(apt(), kNow + 1h));
}

TEST_CASE("findings that may be incomplete are not kept") {
  const test::TemporaryFolder folder;
  const FindingsCache cache(folder.path());
  auto findings = full_findings();
  findings.warnings[0].incomplete = true;
  cache.keep(apt(), findings, kNow);
  CHECK_FALSE(cache.find(apt(), kNow));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a damaged cache is none") {
  const Kept kept;
  const auto good = read_file(kept.file());
  const auto put = [&](std::string_view text) { write_atomically(kept.file(), text, 0600); };
  for (std::size_t length = 0; length < good.size(); ++length) {
    put(good.substr(0, length));
    CAPTURE(length);
    CHECK_FALSE(kept.cache.find(apt(), kNow));
  }
  const auto line_end = good.find('\n');
  for (const std::string& text :
       {std::string("\n"), good.substr(line_end), good.substr(0, line_end) + " 1" + good.substr(line_end),
        good.substr(0, line_end + 1) + "{}", good.substr(0, line_end + 1) + "\xff\xfe", good + "garbage",
        good.substr(0, line_end + 1) + "99999999999999999999:",
        good.substr(0, line_end + 1) + "0:0:18446744073709551615,", good.substr(0, line_end + 1) + "0:0:-1,",
        std::string(1 << 20, '\0')}) {
    put(text);
    CHECK_FALSE(kept.cache.find(apt(), kNow));
  }
  put(good);
  CHECK(kept.cache.find(apt(), kNow));
  fs::remove(kept.file());
  fs::create_directory(kept.file());
  CHECK_FALSE(kept.cache.find(apt(), kNow));
}

TEST_CASE("a cache that promises more than six hours was not written by us") {
  const Kept kept;
  const auto good = read_file(kept.file());
  const auto second_space = good.rfind(' ', good.find('\n'));
  write_atomically(kept.file(), good.substr(0, second_space) + " 99999999999" + good.substr(good.find('\n')), 0600);
  CHECK_FALSE(kept.cache.find(apt(), kNow));
}

TEST_CASE("a cache that somebody else could have written is not believed") {
  const Kept kept;
  REQUIRE(kept.cache.find(apt(), kNow));
  fs::permissions(kept.file(), fs::perms::group_write, fs::perm_options::add);
  CHECK_FALSE(kept.cache.find(apt(), kNow));
  fs::permissions(kept.file(), fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(kept.folder.path(), fs::perms::all);
  CHECK_FALSE(kept.cache.find(apt(), kNow));
  fs::permissions(kept.folder.path(), fs::perms::owner_all);
  REQUIRE(kept.cache.find(apt(), kNow));

  const auto elsewhere = kept.folder.path() / "elsewhere";
  fs::rename(kept.file(), elsewhere);
  fs::create_symlink(elsewhere, kept.file());
  CHECK_FALSE(kept.cache.find(apt(), kNow));
  fs::remove(kept.file());
  fs::rename(elsewhere, kept.file());

  if (::geteuid() != 0) {
    MESSAGE("not root: a file of another user can't be made here");
    return;
  }
  REQUIRE(::chown(kept.file().c_str(), 65534, 65534) == 0);
  CHECK_FALSE(kept.cache.find(apt(), kNow));
}

TEST_CASE("without a folder, or with one that can't be written, nothing is kept and nothing fails") {
  FindingsCache none{{}};
  none.keep(apt(), full_findings(), kNow);
  CHECK_FALSE(none.find(apt(), kNow));
  FindingsCache missing{"/nonexistent/patchstate"};
  missing.keep(apt(), full_findings(), kNow);
  CHECK_FALSE(missing.find(apt(), kNow));
}

TEST_CASE("each root has a cache folder of its own, for this user only") {
  const test::TemporaryFolder folder;
  const auto base = folder.path() / "cache";
  REQUIRE(::setenv("CACHE_DIRECTORY", base.c_str(), 1) == 0);
  fs::create_directories(folder.path() / "image/sub");
  const auto own = cache_folder_for("/");
  const auto image = cache_folder_for(folder.path() / "image");
  CHECK_FALSE(own.empty());
  CHECK_FALSE(image.empty());
  CHECK(own != image);
  CHECK(image == cache_folder_for(folder.path() / "image/sub/.."));
  CHECK((fs::status(own).permissions() & fs::perms::mask) == fs::perms::owner_all);
  CHECK(cache_folder_for(folder.path() / "absent").empty());

  fs::permissions(own, fs::perms::all);
  CHECK(cache_folder_for("/").empty());
  fs::permissions(own, fs::perms::owner_all);
  fs::permissions(base, fs::perms::all);
  CHECK(cache_folder_for("/").empty());
  ::unsetenv("CACHE_DIRECTORY");
}
