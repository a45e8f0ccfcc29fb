// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include <wuerror.h>

#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

struct Criterion {
  std::string name;
  std::string sign;
  std::string value;  ///< strings without their quotes
  bool is_text = false;
};
using AndGroup = std::vector<Criterion>;

constexpr std::array kFlags = {"IsAssigned", "AutoSelectOnWebSites", "BrowseOnly",    "IsInstalled",
                               "IsHidden",   "IsPresent",            "RebootRequired"};

bool is_same(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char left, char right) {
    return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
  });
}

/// criteria = group *("or" group), group = item *("and" item), item = "(" group ")" / name sign value
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<std::vector<AndGroup>> all() {
    std::vector<AndGroup> groups;
    do {
      AndGroup group;
      if (!read_group(group)) return std::nullopt;
      groups.push_back(std::move(group));
    } while (take_word("or"));
    skip_blanks();
    return text_.empty() ? std::optional(groups) : std::nullopt;
  }

 private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
  bool take(std::string_view token) {
    skip_blanks();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!is_same(text_.substr(0, word.size()), word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string take_letters() {
    skip_blanks();
    std::string letters;
    while (!text_.empty() && std::isalnum(static_cast<unsigned char>(text_.front())) != 0) {
      letters += text_.front();
      text_.remove_prefix(1);
    }
    return letters;
  }
  bool read_group(AndGroup& group) {
    do {
      if (!read_item(group)) return false;
    } while (take_word("and"));
    return true;
  }
  bool read_item(AndGroup& group) {
    if (take("(")) return read_group(group) && take(")");
    Criterion one;
    one.name = take_letters();
    if (one.name.empty()) return false;
    if (take("!="))
      one.sign = "!=";
    else if (take("="))
      one.sign = "=";
    else if (take_word("contains"))
      one.sign = "contains";
    return !one.sign.empty() && read_value(one) && is_supported(one) && (group.push_back(one), true);
  }
  bool read_value(Criterion& one) {
    one.is_text = take("'");
    if (!one.is_text) {
      one.value = take_letters();
      return !one.value.empty() && std::all_of(one.value.begin(), one.value.end(), [](char digit) {
        return digit >= '0' && digit <= '9';
      });
    }
    const auto end = text_.find('\'');
    if (end == std::string_view::npos) return false;
    one.value = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return true;
  }
  static bool is_supported(const Criterion& one) {
    const bool is_flag = std::any_of(kFlags.begin(), kFlags.end(), [&](const char* name) { return is_same(name, one.name); });
    if (is_flag) return !one.is_text && one.sign == "=" && (one.value == "0" || one.value == "1");
    if (is_same(one.name, "Type")) return one.is_text && one.sign != "contains";
    if (is_same(one.name, "CategoryIDs")) return one.is_text && one.sign == "contains";
    if (is_same(one.name, "DeploymentAction")) return one.is_text && one.sign == "=";
    if (is_same(one.name, "UpdateID")) return one.is_text && one.sign != "contains";
    return is_same(one.name, "RevisionNumber") && !one.is_text && one.sign == "=";
  }

  std::string_view text_;
};

std::string action_of(const Record& update) {
  constexpr std::array kActions = {"None", "Installation", "Uninstallation", "Detection", "OptionalInstallation"};
  const auto number = update.object().value("DeploymentAction", std::size_t{1});
  return kActions.at(number);
}

bool fits(const Record& update, const Criterion& one) {
  bool equal = false;
  if (is_same(one.name, "Type")) {
    equal = is_same(update.object().value("Type", 1) == 2 ? "Driver" : "Software", one.value);
  } else if (is_same(one.name, "CategoryIDs")) {
    const auto& categories = update.list("Categories");
    equal = std::any_of(categories.begin(), categories.end(), [&](const json& category) {
      return is_same(category.value("CategoryID", std::string()), one.value);
    });
  } else if (is_same(one.name, "DeploymentAction")) {
    equal = is_same(action_of(update), one.value);
  } else if (is_same(one.name, "UpdateID")) {
    equal = is_same(update.string("UpdateID"), one.value);
  } else if (is_same(one.name, "RevisionNumber")) {
    equal = std::to_string(update.object().value("RevisionNumber", 0)) == one.value;
  } else {
    for (const char* const flag : kFlags)
      if (is_same(flag, one.name)) equal = update.is(flag) == (one.value == "1");
  }
  return equal == (one.sign != "!=");
}

bool fits(const Record& update, const AndGroup& group) {
  const bool says_action = std::any_of(group.begin(), group.end(),
                                       [](const Criterion& one) { return is_same(one.name, "DeploymentAction"); });
  if (!says_action && action_of(update) != "Installation") return false;
  return std::all_of(group.begin(), group.end(), [&](const Criterion& one) { return fits(update, one); });
}

}  // namespace

HRESULT select(const std::string& criteria, const json& updates, std::vector<const json*>& selected) {
  const auto groups = Parser(criteria).all();
  if (!groups) return static_cast<HRESULT>(WU_E_INVALID_CRITERIA);
  for (const auto& update : updates)
    if (std::any_of(groups->begin(), groups->end(), [&](const AndGroup& group) { return fits(Record(update), group); }))
      selected.push_back(&update);
  return S_OK;
}

}  // namespace fake_wua
