// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/machine_filters.h"

#include <charconv>
#include <span>
#include <string_view>

#include <fmt/core.h>

#include "hub/questions.h"

namespace patchstate {
namespace {

struct Word {
  const char* name;
  const char* text;
};
/// How a filter is told, on the page and on paper.
constexpr Word kFilters[] = {{"q", "name contains"},
                             {"verdict", "verdict"},
                             {"tag", "tag"},
                             {"os", "system"},
                             {"package", "misses package"},
                             {"cve", "misses the fix of"},
                             {"severity", "misses an update of severity"},
                             {"classification", "misses an update of classification"},
                             {"update", "misses update"},
                             {"pendingFor", "security update pending for"},
                             {"reboot", "reboot"},
                             {"pastSupport", "support"}};
constexpr Word kVerdicts[] = {{"", "any"},
                              {"noncompliant", "noncompliant"},
                              {"unknown", "unknown"},
                              {"accepted", "accepted risk"},
                              {"compliant", "compliant"}};
constexpr Word kAges[] = {
    {"", "any time"}, {"7d", "7 days"}, {"14d", "14 days"}, {"30d", "30 days"}, {"90d", "90 days"}};
constexpr Word kReboots[] = {
    {"", "any"}, {"pending", "pending"}, {"not_pending", "not pending"}, {"unknown", "not known"}};
constexpr Word kSupports[] = {{"", "any"}, {"true", "past its end"}, {"false", "not past its end"}};

struct Choice {
  const char* filter;
  const char* list;  ///< {{#list}} of its <select>
  std::span<const Word> words;
};
constexpr Choice kChoices[] = {{"verdict", "verdicts", kVerdicts},
                               {"pendingFor", "ages", kAges},
                               {"reboot", "reboots", kReboots},
                               {"pastSupport", "supports", kSupports}};

/// A filter's value as its <select> names it.
std::string value_text(std::string_view filter, const std::string& value) {
  for (const auto& choice : kChoices)
    if (choice.filter == filter)
      for (const auto& word : choice.words)
        if (word.name == value) return word.text;
  return value;
}

std::string name_of_update(Store& store, const std::string& id) {
  std::int64_t key = 0;
  std::from_chars(id.data(), id.data() + id.size(), key);
  const auto update = find_update(store, key);
  return update ? fmt::format("{} {}", update->name, update->version) : id;
}

std::string put_chips(Data& data, Store& store, const ListQuery& list) {
  std::vector<ListQuery::Chip> chips;
  for (const auto& filter : kFilters) {
    const std::string value = list.value(filter.name);
    if (value.empty()) continue;
    const bool is_update = filter.name == std::string_view("update");
    chips.push_back(
        {filter.name,
         fmt::format("{} {}", filter.text, is_update ? name_of_update(store, value) : value_text(filter.name, value))});
  }
  return list.put_chips(data, chips);
}

void put_form(Data& data, const ListQuery& list) {
  for (const auto* const name : {"q", "tag", "package", "cve", "os"})
    data.set(std::string("in_") + name, list.value(name));
  for (const auto& choice : kChoices) {
    std::vector<Option> words;
    for (const auto& word : choice.words) words.push_back({word.name, word.text});
    data.set(choice.list, options(words, list.value(choice.filter)));
  }
  // What only a link can choose stays chosen.
  Data kept(Data::type::list);
  for (const auto* const name : {"severity", "classification", "update", "sort"}) {
    if (list.value(name).empty()) continue;
    Data one("field", name);
    one.set("value", list.value(name));
    kept << one;
  }
  data.set("kept", kept);
}

}  // namespace

std::string put_filters(Data& data, Store& store, const ListQuery& list) {
  put_form(data, list);
  return put_chips(data, store, list);
}

}  // namespace patchstate
