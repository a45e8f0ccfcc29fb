// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "collectors/apt/apt_targets_output.h"

namespace patchstate::apt {
namespace {

constexpr const char* kFetched =
    "Packages\thttp://deb.example.org/debian/\tbookworm\tmain\tamd64\tmain/binary-amd64/Packages\t"
    "http://deb.example.org/debian bookworm/main amd64 Packages\t"
    "/var/lib/apt/lists/"
    "deb.example.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4\toldstable\tbookworm\tDebian\t"
    "Debian\t$(END)\n";
constexpr const char* kConfigured =
    "Packages\thttps://flat.example.org/deb/\t./\t$(COMPONENT)\t$(ARCHITECTURE)\tPackages\t"
    "https://flat.example.org/deb ./ "
    "Packages\t/var/lib/apt/lists/flat.example.org_deb_._Packages\t$(SUITE)\t$(CODENAME)\t"
    "$(ORIGIN)\t$(LABEL)\t$(END)\n";

}  // namespace

TEST_CASE("an index target has its place, and the fields of its Release file where apt gave them") {
  const auto all = parse_index_targets(std::string(kFetched) + kConfigured);
  CHECK(all.not_understood.empty());
  REQUIRE(all.targets.size() == 2);
  const IndexTarget& main = all.targets[0];
  CHECK(main.repository_uri == "http://deb.example.org/debian/");
  CHECK(main.suite == "bookworm");
  CHECK(main.component == "main");
  CHECK(main.arch == "amd64");
  CHECK(main.file.repository == "http://deb.example.org/debian bookworm/main");
  CHECK(main.file.archive == "oldstable");
  CHECK(main.file.codename == "bookworm");
  CHECK(main.file.origin == "Debian");
  CHECK(main.file.label == "Debian");
  CHECK(release_prefix(main) == "/var/lib/apt/lists/deb.example.org_debian_dists_bookworm_");
  const IndexTarget& flat = all.targets[1];
  CHECK(flat.component.empty());
  CHECK(flat.file.archive.empty());
  CHECK(flat.file.repository == "https://flat.example.org/deb");
  CHECK(release_prefix(flat) == "/var/lib/apt/lists/flat.example.org_deb_._");
}

TEST_CASE("a line of index targets that was cut, or has other fields, is returned") {
  const std::string line = kFetched;
  for (std::size_t end = 1; end + 1 < line.size(); ++end) {
    const auto cut = parse_index_targets(line.substr(0, end));
    if (!cut.targets.empty() || cut.not_understood.size() != 1) FAIL("cut at byte ", end, " goes unnoticed");
  }
  CHECK(parse_index_targets("a\tb\n").not_understood.size() == 1);
  CHECK(parse_index_targets("").targets.empty());
}

TEST_CASE("other indexes than those of packages are passed over") {
  std::string sources = kFetched;
  sources.replace(0, 8, "Sources");
  const auto all = parse_index_targets(sources);
  CHECK(all.targets.empty());
  CHECK(all.not_understood.empty());
}

TEST_CASE("a file name that can't belong to the index has no prefix") {
  IndexTarget target;
  target.meta_key = "main/binary-amd64/Packages";
  target.filename = "nothing";
  CHECK(release_prefix(target).empty());
}

}  // namespace patchstate::apt
