// SPDX-License-Identifier: Apache-2.0
#include "assessment/json_writer.h"

#include <initializer_list>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace patchstate;
using nlohmann::json;

namespace {

std::string written(const std::string& text) {
  JsonWriter writer(JsonStyle::compact);
  writer.text(text);
  return std::move(writer).take();
}

}  // namespace

TEST_CASE("each character comes back from every place in texts of every length around a word's") {
  const std::initializer_list<const char*> pieces = {"\"", "\\", "\n", "\t",   "\r", "\x01", "\x1f",
                                                     " ",  "!",  "~",  "\x7f", "é",  "€",    "𝄞"};
  for (std::size_t length = 0; length <= 26; ++length)
    for (std::size_t place = 0; place <= length; ++place)
      for (const std::string piece : pieces) {
        const std::string text = std::string(place, 'a') + piece + std::string(length - place, 'z');
        const std::string got = written(text);
        INFO(got);
        REQUIRE(json::parse(got).get<std::string>() == text);
      }
}

TEST_CASE("what can stand for itself does, and only that is escaped that must be") {
  CHECK(written("[]{}:,'/~ \x7f") == "\"[]{}:,'/~ \x7f\"");
  CHECK(written("a\"b\\c\nd\x1f") == "\"a\\\"b\\\\c\\nd\\u001f\"");
  CHECK(written("a\xff"
                "bcdefghij") ==
        "\"a\xef\xbf\xbd"
        "bcdefghij\"");
}

TEST_CASE("texts longer than what is kept at hand, and many short ones, come out whole and in order") {
  for (const std::size_t size : {2'046U, 2'047U, 2'048U, 2'049U, 4'097U, 100'000U})
    CHECK(json::parse(written(std::string(size, 'x'))).get<std::string>().size() == size);

  JsonWriter writer(JsonStyle::indented);
  writer.begin_array();
  for (int i = 0; i < 5'000; ++i) writer.number(i);
  writer.end_array();
  const auto list = json::parse(std::move(writer).take());
  REQUIRE(list.size() == 5'000);
  for (int i = 0; i < 5'000; ++i) REQUIRE(list.at(static_cast<std::size_t>(i)) == i);
}

TEST_CASE("lines are indented by two spaces for each container, however deep") {
  JsonWriter writer(JsonStyle::indented);
  constexpr int kDeep = 40;
  json expected = json::array();
  for (int i = 1; i < kDeep; ++i) expected = json::array({expected});
  for (int i = 0; i < kDeep; ++i) writer.begin_array();
  for (int i = 0; i < kDeep; ++i) writer.end_array();
  CHECK(std::move(writer).take() == expected.dump(2));
}
