// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "collectors/apt/apt_probe_output.h"
#include "collectors/collector.h"

using namespace patchstate;
using namespace patchstate::apt;

namespace {

constexpr std::string_view kAnswer =
    R"({"snapshot":"apt","tool":"patchstate-apt-probe","toolVersion":"libapt-pkg 6.0.0","architectures":["amd64","i386"],
"files":[{"description":"http://a.example.org/debian bookworm/main amd64 Packages","archive":"stable","codename":"bookworm",
"origin":"Debian","label":"Debian"}],
"sources":[{"uri":"http://a.example.org/debian/","suite":"bookworm","components":["main","contrib"],
"releaseFile":"/var/lib/apt/lists/a_InRelease","indexes":[{"component":"main","architecture":"all"},
{"component":"main","architecture":"amd64","file":"/var/lib/apt/lists/a_Packages"}]}],
"packages":[{"name":"libssh2-1","arch":"amd64","source":"libssh2","sourceVersion":"1.10.0-3+deb12u1","candidate":"1.10.0-3+deb12u1",
"installed":"1.10.0-3+b1","size":175976,"held":true,"upgrade":false,"distUpgrade":true,
"versions":[{"version":"1.10.0-3+deb12u1","files":[0],"phasedPercentage":20}]}],
"newPackages":[{"name":"zsh","arch":"amd64","candidate":"5.9","versions":[],"requiredBy":["jq:amd64"]}],
"brokenPackages":[{"name":"x","arch":"amd64","state":"half-configured"}],
"kernels":[{"package":"linux-image-amd64","arch":"amd64","version":"6.1.1","files":[]},
{"package":"linux-image-unsigned-6.1.0-50-amd64","arch":"amd64","version":"6.1.1","files":[0]}],
"installedCount":861,"resolution":"resolved","complaints":[{"error":false,"text":"hm"}]})";

FailureKind kind_of_failure(std::string_view text) {
  try {
    parse_probe_output(text);
  } catch (const CollectorError& error) {
    return error.kind;
  }
  FAIL("accepted: " << text);
  return FailureKind::internal;
}

}  // namespace

TEST_CASE("the probe's answer becomes the snapshot, field by field") {
  const Snapshot all = parse_probe_output(kAnswer);
  CHECK(all.tool_version == "libapt-pkg 6.0.0");
  CHECK(all.installed_count == 861);
  CHECK(all.resolution == ResolutionKind::resolved);
  REQUIRE(all.files.size() == 1);
  CHECK(all.files[0].repository == "http://a.example.org/debian bookworm/main");
  REQUIRE(all.sources.size() == 1);
  CHECK(all.sources[0].components == "main contrib");
  CHECK(all.sources[0].missing_indexes[0].architecture == "all");
  CHECK(all.sources[0].stored_indexes[0].file == "/var/lib/apt/lists/a_Packages");
  REQUIRE(all.packages.size() == 2);
  const Package& package = all.packages[0];
  CHECK(package.installed == "1.10.0-3+b1");
  CHECK(package.held);
  CHECK(package.size == 175976);
  CHECK(package.phased_percentage == 20);
  CHECK(package.resolution.upgrade == false);
  CHECK(package.resolution.dist_upgrade == true);
  CHECK(all.packages[1].installed.empty());
  CHECK(all.packages[1].required_by == std::vector<std::string>{"jq:amd64"});
  REQUIRE(all.kernels.size() == 1);
  CHECK(all.kernels[0].release == "6.1.0-50-amd64");
  CHECK(all.broken_packages[0].state == "half-configured");
  CHECK(all.complaints[0].text == "hm");
}

TEST_CASE("an answer cut anywhere is unparseable, never a shorter list") {
  for (std::size_t length = 0; length < kAnswer.size(); ++length) {
    CAPTURE(length);
    CHECK(kind_of_failure(kAnswer.substr(0, length)) == FailureKind::unparseable);
  }
}

TEST_CASE("edge-107, edge-112: empty, garbage, deep or wrongly typed answers are unparseable") {
  std::string out_of_range(kAnswer);
  out_of_range.replace(out_of_range.find(R"("files":[0])"), 11, R"("files":[7])");
  for (const std::string& text : {std::string(), std::string("\xff\xfe garbage"), std::string("[]"), std::string("{}"),
                                  std::string(100000, '['), std::string(R"({"snapshot":"dnf"})"),
                                  std::string(R"({"snapshot":1})"), out_of_range, std::string(kAnswer) + "x"})
    CHECK(kind_of_failure(text) == FailureKind::unparseable);
}

TEST_CASE("when apt itself could not answer, its own sentences are the failure") {
  try {
    parse_probe_output(
        R"({"snapshot":"apt","failed":true,"complaints":[{"error":true,"text":"Unable to parse package file /x"}]})");
    FAIL("accepted");
  } catch (const CollectorError& error) {
    CHECK(error.kind == FailureKind::tool_failed);
    CHECK(std::string(error.what()).find("Unable to parse package file /x") != std::string::npos);
  }
}
