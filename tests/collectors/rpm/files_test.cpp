// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/compressed_file.h"
#include "collectors/rpm/repo_files.h"
#include "collectors/rpm/repomd_output.h"
#include "collectors/rpm/updateinfo_file.h"
#include "platform/process_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace patchstate::rpm;

namespace {

/// Compressible, and longer than any buffer in between.
std::string some_text() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "line " + std::to_string(i * 7919 % 10'007) + "\n";
  return text;
}

struct Compressed {
  const char* program;
  std::string bytes;
};

/// As the programs of each format write it; the ones this machine lacks are named.
std::vector<Compressed> compressed(std::string_view text) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("text", text).string();
  SystemProcessRunner runner;
  std::vector<Compressed> all;
  for (const auto& argv : {std::vector<std::string>{"gzip", "-c", file},
                           {"bzip2", "-c", file},
                           {"xz", "-c", file},
                           {"xz", "--format=lzma", "-c", file},
                           {"zstd", "-q", "-c", file}}) {
    Command command;
    command.argv = argv;
    auto result = runner.run(command);
    if (result.ok())
      all.push_back({argv[0].c_str(), std::move(result.out)});
    else
      MESSAGE("not tested, there is no program: ", argv[0]);
  }
  return all;
}

std::error_code error_of(std::string_view bytes, std::size_t max_bytes) {
  try {
    decompress(bytes, max_bytes, "file");
    return {};
  } catch (const std::system_error& error) {
    CHECK(std::string(error.what()).find("file") != std::string::npos);
    return error.code();
  }
}

}  // namespace

TEST_CASE("edge-124: a file is decompressed by its first bytes, whatever its name is") {
  const std::string text = some_text();
  const test::TemporaryFolder folder;
  CHECK(read_compressed(folder.write("plain.gz", text), text.size()) == text);
  for (const auto& one : compressed(text)) {
    CAPTURE(one.bytes.substr(0, 4));
    CHECK(read_compressed(folder.write("updateinfo.xml", one.bytes), text.size()) == text);
    const bool can_follow = !one.bytes.starts_with("\x5d");  // an lzma stream goes to the end of its file
    if (can_follow) CHECK(decompress(one.bytes + one.bytes, 2 * text.size(), "file") == text + text);
  }
  for (const auto& one : compressed("")) CHECK(decompress(one.bytes, 0, "file").empty());
  CHECK(decompress("", 0, "file").empty());
}

TEST_CASE("a file can be taken in pieces, and what is not taken is left or comes again") {
  const std::string text = some_text();
  const test::TemporaryFolder folder;
  for (const auto& one : compressed(text)) {
    CAPTURE(one.program);
    const auto file = folder.write("updateinfo.xml", one.bytes);
    std::string taken;
    const auto lines = [&](std::string_view content) {
      const auto size = content.rfind('\n') + 1;
      taken += content.substr(0, size);
      return std::optional(size);
    };
    const auto rest = read_compressed(file, text.size(), lines);
    REQUIRE(rest.has_value());
    CHECK(taken.size() > text.size() / 2);
    CHECK(taken + *rest == text);
    CHECK(read_compressed(file, text.size(), [](auto) { return std::optional<std::size_t>(0); }) == text);
    CHECK(!read_compressed(file, text.size(), [](auto) { return std::optional<std::size_t>(); }).has_value());
    const auto too_large = [&] { return read_compressed(file, text.size() - 1, lines); };
    CHECK_THROWS_AS(too_large(), std::system_error);
    const auto cut_off = folder.write("cut", one.bytes.substr(0, one.bytes.size() / 2));
    CHECK_THROWS_AS(read_compressed(cut_off, text.size(), lines), std::system_error);
  }
}

TEST_CASE("edge-124: broken compression is an error, wherever the file was cut or changed") {
  const std::string text = some_text();
  for (const auto& one : compressed(text)) {
    CAPTURE(one.bytes.substr(0, 4));
    const bool has_checksum = !one.bytes.starts_with("\x5d");  // lzma has none, its end is marked
    for (std::size_t length = 6; length < one.bytes.size(); length += 997)
      CHECK(error_of(std::string_view(one.bytes).substr(0, length), text.size()) == std::errc::bad_message);
    std::string changed = one.bytes;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 0x40);
    if (has_checksum) CHECK(error_of(changed, 2 * text.size()));
    CHECK(error_of(one.bytes + "something else that follows", text.size()));
  }
}

TEST_CASE("edge-92: advisories tell security from other only where one of them is about security") {
  const test::TemporaryFolder folder;
  const auto names = [&](const std::string& text) { return names_security(folder.write("updateinfo.xml", text)); };
  const std::string bug = "<update type=\"bugfix\"><id>A</id></update>";
  CHECK(names("<updates>" + bug + "<update type=\"Security\"><id>B</id></update></updates>"));
  CHECK(names("<updates><!-- left to expat --><update type='security'><id>B</id></update></updates>"));
  CHECK_FALSE(names("<updates>" + bug + "</updates>"));
  CHECK_FALSE(names("<updates/>"));
  CHECK_FALSE(names("<html type=\"security\">please log in</html>"));
  CHECK_FALSE(names(""));
}

TEST_CASE("edge-92: an advisory about security is found in compressed advisories, too") {
  const std::string text = "<updates><update type=\"security\"><id>A</id></update>\n" + some_text() + "</updates>";
  const test::TemporaryFolder folder;
  for (const auto& one : compressed(text)) {
    CAPTURE(one.program);
    CHECK(names_security(folder.write("updateinfo", one.bytes)));
  }
}

TEST_CASE("what expands beyond the limit is refused, and one byte less is not") {
  const std::string text = some_text();
  for (const auto& one : compressed(text)) {
    CAPTURE(one.bytes.substr(0, 4));
    CHECK(error_of(one.bytes, text.size() - 1) == std::errc::file_too_large);
    CHECK(error_of(one.bytes, 0) == std::errc::file_too_large);
    CHECK_FALSE(error_of(one.bytes, text.size()));
  }
  CHECK(error_of(text, text.size() - 1) == std::errc::file_too_large);
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(read_compressed(folder / "missing", 10), std::system_error);
}

TEST_CASE("repomd.xml tells which files a repository has and when it was made") {
  const auto repomd = parse_repomd(
      "<?xml version='1.0'?><repomd xmlns='http://linux.duke.edu/metadata/repo' xmlns:rpm='http://linux.duke.edu/rpm'>"
      "<revision>1769530086</revision><tags><content>binary-x86_64</content></tags>"
      "<data type='primary'><checksum type='sha256'>ab</checksum><location href='repodata/ab-primary.xml.zst'/>"
      "<timestamp>1769530090</timestamp><size>1526</size><open-size>9999</open-size></data>"
      "<data type='updateinfo'><location href='repodata/updateinfo.xml.gz'/><timestamp>1769530010.25</timestamp></data>"
      "<data type='broken'/></repomd>");
  CHECK_FALSE(repomd.problem);
  CHECK(repomd.revision == "1769530086");
  REQUIRE(repomd.files.size() == 2);
  CHECK(repomd.not_understood.size() == 1);
  CHECK(format_time(repomd.published.value()) == "2026-01-27T16:08:10Z");
  REQUIRE(file_of_type(repomd, "primary") != nullptr);
  const auto& primary = *file_of_type(repomd, "primary");
  CHECK(primary.location == "repodata/ab-primary.xml.zst");
  CHECK(primary.checksum == "ab");
  CHECK(primary.checksum_type == "sha256");
  CHECK(primary.size == 1526);
  CHECK(file_of_type(repomd, "updateinfo") != nullptr);
  CHECK(file_of_type(repomd, "modules") == nullptr);
}

TEST_CASE("suseinfo.xml tells for how long metadata are good, if it tells anything") {
  CHECK(parse_expiry("<suseinfo><expire> 2592000 </expire></suseinfo>") == std::chrono::seconds{2592000});
  for (const char* const text :
       {"<suseinfo/>", "<suseinfo><expire>0</expire></suseinfo>", "<suseinfo><expire>soon</expire></suseinfo>",
        "<suseinfo><expire>-1</expire></suseinfo>", "<suseinfo><expire>9223372036854775807</expire></suseinfo>",
        "<suseinfo><expire>60</expire>", ""})
    CHECK_FALSE(parse_expiry(text).has_value());
}

TEST_CASE("a repomd.xml that is cut off or another page is a problem") {
  const std::string whole = "<repomd><revision>7</revision><data type='a'><location href='b'/></data></repomd>";
  CHECK_FALSE(parse_repomd(whole).problem);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(parse_repomd(std::string_view(whole).substr(0, length)).problem);
  }
  CHECK(parse_repomd("<html><data type='a'><location href='b'/></data></html>").problem);
  CHECK(parse_repomd("<!DOCTYPE x><repomd/>").problem);
  CHECK(parse_repomd(std::string(5U << 20U, ' ')).problem);
}

TEST_CASE("a .repo file gives each of its repositories, with passwords masked") {
  RepoFiles files;
  parse_repo_file(
      "\xef\xbb\xbf# comment\n[main]\ngpgcheck=1\n\n[updates]\nname=Fedora $releasever - Updates\r\n"
      "baseurl = https://user:secret@example.org/a/\n          https://example.org/b/,https://example.org/c/\n"
      "metalink: https://example.org/metalink?repo=updates&token=secret\nenabled=0\npriority=10\nexcludepkgs=kernel* \n"
      "skip_if_unavailable=True\ntype=rpm-md\n; another\n[ second ]\nmirrorlist=https://example.org/list\n",
      "/etc/yum.repos.d/a.repo", files);
  CHECK(files.not_understood.empty());
  REQUIRE(files.repositories.size() == 2);
  const auto& updates = files.repositories[0];
  CHECK(updates.id == "updates");
  CHECK(updates.name == "Fedora $releasever - Updates");
  CHECK_FALSE(updates.enabled);
  CHECK(updates.base_urls == std::vector<std::string>{"https://user:***@example.org/a/", "https://example.org/b/",
                                                      "https://example.org/c/"});
  CHECK(updates.metalink.find("secret") == std::string::npos);
  CHECK(updates.priority == 10);
  CHECK(updates.excludes == "kernel*");
  CHECK(updates.skip_if_unavailable);
  CHECK(updates.type == "rpm-md");
  CHECK(updates.file == "/etc/yum.repos.d/a.repo");
  CHECK(files.repositories[1].id == "second");
  CHECK(files.repositories[1].enabled);
  CHECK(files.repositories[1].mirrorlist == "https://example.org/list");
}

TEST_CASE("lines of a .repo file that mean nothing are told, and a doubtful repository counts as enabled") {
  RepoFiles files;
  parse_repo_file("name=before\n[a]\nenabled=perhaps\nnonsense\npriority=high\n[]\nlost=1\n[b", "x.repo", files);
  CHECK(files.not_understood == std::vector<std::string>{"x.repo line 1: name=before", "x.repo line 3: enabled=perhaps",
                                                         "x.repo line 4: nonsense", "x.repo line 5: priority=high",
                                                         "x.repo line 6: []", "x.repo line 7: lost=1",
                                                         "x.repo line 8: [b"});
  REQUIRE(files.repositories.size() == 1);
  CHECK(files.repositories[0].enabled);
}

TEST_CASE("all .repo files below a root are read, and one that can't be is a warning") {
  const test::TemporaryFolder root;
  root.write("etc/yum.repos.d/b.repo", "[b]\n");
  root.write("etc/yum.repos.d/a.repo", "[a]\n");
  root.write("etc/yum.repos.d/a.repo.rpmsave", "[old]\n");
  root.write("etc/elsewhere/c.repo", "[c]\n");
  root.link("etc/yum.repos.d/c.repo", "/etc/elsewhere/c.repo");  // absolute, of the root
  root.link("etc/yum.repos.d/d.repo", "/nowhere");
  const auto files = read_repo_files(root.path(), dnf_repo_folders());
  REQUIRE(files.repositories.size() == 3);
  CHECK(files.repositories[0].id == "a");
  CHECK(files.repositories[1].id == "b");
  CHECK(files.repositories[2].id == "c");
  REQUIRE(files.warnings.size() == 1);
  CHECK(files.warnings[0].code == "source_unreadable");
  CHECK(files.warnings[0].subject == "/etc/yum.repos.d/d.repo");
  CHECK(files.warnings[0].incomplete);
  CHECK(read_repo_files(root.path(), zypp_repo_folders()).repositories.empty());
}
