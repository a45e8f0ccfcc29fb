// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/apt/apt_policy_output.h"

namespace patchstate::apt {
namespace {

constexpr const char* kTwo = R"(bash:
  Installed: 5.2-1
  Candidate: 5.2-3
  Version table:
     5.2-4 1 (phased 20%)
          1 http://deb.example.org/ubuntu noble-updates/main amd64 Packages
     5.2-3 500
        500 http://deb.example.org/ubuntu noble-updates/main amd64 Packages
        500 http://deb.example.org/ubuntu noble-security/main amd64 Packages
 *** 5.2-1 100
        100 /var/lib/dpkg/status
libc6:i386:
  Installed: (none)
  Candidate: (none)
  Package pin: 2.36-9
  Version table:
     2.36-9 -32768
       -32768 https://flat.example.org/deb/amd64  Packages
)";

}  // namespace

TEST_CASE("a policy has its version table with priorities, sources and phasing") {
  const Policy policy = parse_policy(kTwo);
  CHECK(policy.not_understood.empty());
  REQUIRE(policy.packages.size() == 2);
  const PolicyPackage& bash = policy.packages[0];
  CHECK(bash.name == "bash");
  CHECK(bash.qualifier.empty());
  CHECK(bash.installed == "5.2-1");
  CHECK(bash.candidate == "5.2-3");
  CHECK(bash.whole());
  REQUIRE(bash.versions.size() == 3);
  CHECK(bash.versions[0].phased_percentage == 20);
  CHECK(bash.versions[0].priority == 1);
  CHECK(bash.versions[1].sources ==
        std::vector<std::string>{"http://deb.example.org/ubuntu noble-updates/main amd64 Packages",
                                 "http://deb.example.org/ubuntu noble-security/main amd64 Packages"});
  CHECK_FALSE(bash.versions[1].installed);
  CHECK(bash.versions[2].installed);
  CHECK(is_status_file(bash.versions[2].sources[0]));
  CHECK_FALSE(is_status_file(bash.versions[1].sources[0]));

  const PolicyPackage& libc = policy.packages[1];
  CHECK(libc.qualifier == "i386");
  CHECK(libc.installed.empty());
  CHECK(libc.candidate.empty());
  REQUIRE(libc.versions.size() == 1);
  CHECK(libc.versions[0].priority == -32768);
  CHECK(libc.versions[0].sources == std::vector<std::string>{"https://flat.example.org/deb/amd64  Packages"});
}

TEST_CASE("a policy cut at any byte is not whole, names fewer packages, or says the same about newer versions") {
  const std::string text = std::string(kTwo).substr(0, std::string(kTwo).find("libc6:i386:"));
  for (std::size_t end = 0; end < text.size(); ++end) {
    const Policy cut = parse_policy(text.substr(0, end));
    if (cut.packages.empty() || !cut.packages[0].whole()) continue;
    CAPTURE(end);
    CHECK(cut.packages[0].versions.size() == 3);
    CHECK(cut.packages[0].candidate == "5.2-3");
  }
}

TEST_CASE("lines that are no part of a policy are returned") {
  for (const auto* text :
       {"     5.2-3 500\n", "bash:\n  Installed: 5.2 and more\n", "bash:\n     5.2-3 five\n", "bash:\n     5.2-3\n",
        "bash:\n     5.2-3 500 (phased x%)\n", "bash:\n        500 http://deb.example.org before any version\n",
        "\xff\xfe\n", "bash:\n  Version table:\n     5.2 500\n        x http://deb.example.org\n",
        "Package files:\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_policy(text).not_understood.empty());
  }
}

TEST_CASE("edge-107: no policy at all is no package") {
  CHECK(parse_policy("").packages.empty());
  CHECK_FALSE(parse_policy("bash:\n  Installed: 5.2-1\n").packages[0].whole());
}

}  // namespace patchstate::apt
