// SPDX-License-Identifier: Apache-2.0
#include "agent/redaction.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace patchstate;

namespace {

const Identity kIdentity{"web-01.corp.invalid", "0123456789abcdef0123456789abcdef",
                         "11111111-2222-4333-8444-555555555555"};

std::string redacted(const std::string& text, const Identity& identity = kIdentity) {
  Redaction redaction(identity);
  redaction.learn(text);
  return redaction.apply(text);
}

}  // namespace

TEST_CASE("names, ids and secrets are taken out, and what is public stays") {
  struct Case {
    std::string text;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"on web-01.corp.invalid and web-01", "on host and host"},
      {"web-011 and my-web-01 and web-01.", "web-011 and my-web-01 and host."},
      {"id 0123456789abcdef0123456789abcdef", "id 00000000000000000000000000000001"},
      {"11111111-2222-4333-8444-555555555555", "00000000-0000-4000-8000-000000000001"},
      {"http://deb.example.org/debian bookworm", "http://deb.example.org/debian bookworm"},
      {"http://security.ubuntu.com/ubuntu", "http://security.ubuntu.com/ubuntu"},
      {"https://joe:pw@deb.example.org/x", "https://***@deb.example.org/x"},
      {"https://joe@deb.example.org/x", "https://***@deb.example.org/x"},
      {"https://mirror.corp.invalid:8080/debian", "https://host1.example.org:8080/debian"},
      {"http://a.invalid/ http://b.invalid/ a.invalid",
       "http://host1.example.org/ http://host2.example.org/ host1.example.org"},
      // A host's name that may be any word is one only where a host stands.
      {"http://apt/debian /etc/apt/x apt /apt_debian_dists",
       "http://host1.example.org/debian /etc/apt/x apt /host1.example.org_debian_dists"},
      {"lists/mirror.corp.invalid_debian_InRelease of http://mirror.corp.invalid/debian",
       "lists/host1.example.org_debian_InRelease of http://host1.example.org/debian"},
      {"file:///srv/repo ./", "file:///srv/repo ./"},
      {"http://user@", "http://***@"},
      {"", ""},
  };
  for (const auto& [text, expected] : cases) {
    const auto& shown = text;
    CAPTURE(shown);
    CHECK(redacted(text) == expected);
  }
}

TEST_CASE("a machine called after its distribution does not lose every word of that name") {
  CHECK(redacted("http://deb.example.org/debian bookworm debian", {"debian", "", ""}) ==
        "http://deb.example.org/debian bookworm debian");
}

TEST_CASE("a host learned from one text is taken out of another") {
  Redaction redaction({});
  redaction.learn("deb http://mirror.corp.invalid/debian bookworm main");
  CHECK(redaction.apply("/mirror.corp.invalid_debian_dists_bookworm_InRelease") ==
        "/host1.example.org_debian_dists_bookworm_InRelease");
}

TEST_CASE("a word that looks like a secret stays where it can be none") {
  Redaction redaction(kIdentity);
  CHECK(redaction.without_names("passwd=1:4.13+dfsg1-1") == "passwd=1:4.13+dfsg1-1");
  CHECK(redaction.without_names("web-01") == "host");
  CHECK(redaction.apply("https://example.org/?token=abc") == "https://example.org/?token=***");
}
