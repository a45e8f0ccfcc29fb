// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

using namespace patchstate;
using namespace std::string_literals;

namespace {

struct Pair {
  std::string in;
  std::string out;
};

}  // namespace

TEST_CASE("edge-112: bytes from a tool become printable text") {
  const Pair pairs[] = {
      {"plain ünïcödé 漢字 😀", "plain ünïcödé 漢字 😀"},
      {"tab\tand\nnewline stay", "tab\tand\nnewline stay"},
      {"NUL\0BEL\aDEL\x7f"s, "NULBELDEL"},
      {"\x1b[1;31mError\x1b[0m", "Error"},
      {"\x1b[38:2::255:0:0mcolon\x1b[m", "colon"},
      {"\x1b]0;title\x07"
       "text",
       "text"},
      {"\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"},
      {"\x1b(Bcharset\x1b=", "charset"},
      {"\x1b]0;a title without an end", "0;a title without an end"},
      {"\x1b[", ""},
      {"\x1b", ""},
      {"10%\r50%\r100%\r\ndone", "10%\n50%\n100%\ndone"},
      {"C1 \xc2\x9b"
       "31mred\xc2\x85",
       "C1 red"},
      {"line\u2028separator", "line\nseparator"},
      {"invoice\u202efdp.exe \u2066x\u2069", "invoicefdp.exe x"},
      {"\ufeffmark", "mark"},
      {"", ""},
  };
  for (const auto& [in, out] : pairs) {
    const auto& shown = in;
    CAPTURE(shown);
    CHECK(clean_text(in) == out);
  }
}

TEST_CASE("edge-112: invalid UTF-8 becomes U+FFFD, one for each broken sequence") {
  const std::string bad = "\xEF\xBF\xBD";
  const Pair pairs[] = {
      {"a\xff"s + "b", "a" + bad + "b"},
      {"cut\xe2\x82", "cut" + bad},
      {"over\xc0\xaf", "over" + bad + bad},
      {"sur\xed\xa0\x80", "sur" + bad + bad + bad},
      {"high\xf4\x90\x80\x80", "high" + bad + bad + bad + bad},
      {"\x80\xbf", bad + bad},
      {"\xe2\x28\xa1", bad + "(" + bad},
      {"\xf0\x9f\x98\x80", "😀"},
  };
  for (const auto& [in, out] : pairs) {
    const auto& shown = in;
    CAPTURE(shown);
    CHECK(clean_text(in) == out);
  }
}

TEST_CASE("edge-100: text is cut on a code-point boundary") {
  const std::string text = "äöü😀x";
  const std::string longest[] = {"", "", "ä", "ä", "äö", "äö", "äöü", "äöü", "äöü", "äöü", "äöü😀", "äöü😀x", "äöü😀x"};
  for (std::size_t max = 0; max < std::size(longest); ++max) {
    CAPTURE(max);
    CHECK(clean_text(text, max) == longest[max]);
  }
}

TEST_CASE("cleaning what is clean changes nothing, whatever the bytes are") {
  std::string every_pair;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; second += 3) {
      every_pair += static_cast<char>(first);
      every_pair += static_cast<char>(second);
    }
  for (std::size_t begin = 0; begin + 64 < every_pair.size(); begin += 61) {
    const std::string once = clean_text(every_pair.substr(begin, 64));
    CHECK(clean_text(once) == once);
    CHECK(masked(once) == once);
  }
}

TEST_CASE("edge-99: secrets in URLs are masked") {
  const Pair pairs[] = {
      {"https://user:p%40ss@host/x", "https://user:***@host/x"},
      {"http://token@host", "http://***@host"},
      {"HTTPS://USER:PASS@HOST", "HTTPS://USER:***@HOST"},
      {"https://user:p@ss@host/x", "https://user:***@host/x"},
      {"https://user:pa/ss@host/x", "https://user:***@host/x"},
      {"https://user:pa?s#s@host/x", "https://user:***@host/x"},
      {"http://user:123/4@host", "http://user:***@host"},
      {"http://user:123/4@host/debian suite/main", "http://user:***@host/debian suite/main"},
      {"http://user:123?4@host:80/x", "http://user:***@host:80/x"},
      {"http://user:123/4@host/@scope", "http://user:***@host/@scope"},
      {"http://user:123/@deb.example.org/x", "http://user:***@deb.example.org/x"},
      {"https://:secret@host/", "https://:***@host/"},
      {"ftp://a:b@c/ and https://d:e@f/?sig=g&x=1", "ftp://a:***@c/ and https://d:***@f/?sig=***&x=1"},
      {"E: Failed to fetch https://bob:hunter2@repo.example.org/dists/x/InRelease  401",
       "E: Failed to fetch https://bob:***@repo.example.org/dists/x/InRelease  401"},
      {"(see \"https://u:p@h/\")", "(see \"https://u:***@h/\")"},
      {"<https://u:p@h>", "<https://u:***@h>"},
      {"https://acc.blob.example.org/c?sv=2022-11-02&ss=b&sig=aB%2Bc%3D&se=2027",
       "https://acc.blob.example.org/c?sv=2022-11-02&ss=b&sig=***&se=2027"},
      {"https://h/?SIG=a&Token=b&KEY=c&PassWord=d&secret=e",
       "https://h/?SIG=***&Token=***&KEY=***&PassWord=***&secret=***"},
      {"https://h/?access_token=a&apikey=b&client_secret=c&X-Amz-Signature=d",
       "https://h/?access_token=***&apikey=***&client_secret=***&X-Amz-Signature=***"},
      {"https://h/?token=a;b,c)d", "https://h/?token=***"},
      {"proxy password=\"two words\" rest", "proxy password=***\" rest"},
  };
  for (const auto& [in, out] : pairs) {
    const auto& shown = in;
    CAPTURE(shown);
    CHECK(masked(in) == out);
    CHECK(masked(out) == out);
  }
}

TEST_CASE("masking leaves alone what is no secret") {
  const char* const texts[] = {
      "http://deb.example.org:8080/debian bookworm/main",
      "https://host/path@v1.2",
      "https://host:443/@scope/name?x=1",
      "http://[2001:db8::1]:80/x",
      "http://[2001:db8::1]:80/x@y",
      "pkg:deb/debian/openssl@3.0.17?arch=amd64",
      "mail root@example.org: 12:30",
      "file:///var/lib/apt",
      "a=b&c=d",
      "key= and sig=",
      "://",
      "http://",
      "[arch=amd64 signed-by=/usr/share/keyrings/x.gpg]",
  };
  for (const std::string text : texts) {
    CAPTURE(text);
    CHECK(masked(text) == text);
  }
}

TEST_CASE("edge-99: a URL that the limit cuts in half is masked before it is cut") {
  const std::string text = "https://user:topsecret@host/";
  for (std::size_t max = 0; max <= text.size(); ++max) {
    CAPTURE(max);
    CHECK(masked(text, max).find("tops") == std::string::npos);
    CHECK(masked(text, max).size() <= max);
  }
}

TEST_CASE("edge-99: an escape sequence inside a URL does not hide its password") {
  CHECK(masked("https:\x1b[0m//user:\x1b[1mpass\x1b[0m@host") == "https://user:***@host");
}

TEST_CASE("masking hostile text of megabytes takes linear time and memory") {
  std::string text;
  while (text.size() < 4'000'000) text += "://a:b\xff?key=";
  CHECK(masked(text).size() <= 4096);
  CHECK(masked(text, text.size()).size() <= text.size());
}

TEST_CASE("times are written and read as RFC 3339") {
  const auto time = parse_time("2026-11-24T06:37:27Z");
  REQUIRE(time.has_value());
  CHECK(format_time(*time) == "2026-11-24T06:37:27Z");
  for (const std::string_view text :
       {"2026-11-24T06:37:27.123456789Z", "2026-11-24T07:37:27+01:00", "2026-11-24T06:37:27.0-00:00",
        "2026-11-23T22:07:27-08:30", "2026-11-24T06:37:27+00:00"}) {
    CAPTURE(text);
    CHECK(parse_time(text) == time);
  }
  CHECK(format_time(Time{}) == "1970-01-01T00:00:00Z");
  CHECK(format_time(*parse_time("2024-02-29T23:59:59Z")) == "2024-02-29T23:59:59Z");
}

TEST_CASE("what is no time is not taken for one") {
  for (const std::string_view text :
       {"", "2026-11-24", "2026-11-24T06:37:27", "2026-11-24 06:37:27Z", "2026-13-24T06:37:27Z", "2025-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T06:60:27Z", "2026-11-24T06:37:60Z", "2026-11-24T06:37:27Zx",
        "2026-11-24T06:37:27.Z", "2026-11-24T06:37:27+1:00", "2026-11-24T06:37:27+24:00", "+026-11-24T06:37:27Z",
        "-026-11-24T06:37:27Z", "20261-1-24T06:37:27Z", "２026-11-24T06:37:27Z", "2026-11-24T06:37:-7Z", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("a time beyond what the wire can say is written as the nearest that can be read again") {
  CHECK(format_time(Time::max()) == "9999-12-31T23:59:59Z");
  CHECK(format_time(Time::min()) == "0000-01-01T00:00:00Z");
  CHECK(parse_time(format_time(Time::max())).has_value());
}

TEST_CASE("ages are told in the unit a person would use") {
  using namespace std::chrono_literals;
  CHECK(age_in_words(0s) == "less than a minute");
  CHECK(age_in_words(-5s) == "less than a minute");
  CHECK(age_in_words(60s) == "1 minute");
  CHECK(age_in_words(59min) == "59 minutes");
  CHECK(age_in_words(60min) == "1 hour");
  CHECK(age_in_words(47h) == "47 hours");
  CHECK(age_in_words(48h) == "2 days");
  CHECK(age_in_words(24h * 400) == "400 days");
}
