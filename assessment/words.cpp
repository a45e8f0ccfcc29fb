// SPDX-License-Identifier: Apache-2.0
#include "assessment/words.h"

#include <algorithm>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate {

std::string age_in_words(std::chrono::seconds age) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const auto in = [&](std::chrono::seconds unit, std::string_view name) {
    const auto number = age / unit;
    return fmt::format("{} {}{}", number, name, number == 1 ? "" : "s");
  };
  if (age < minutes{1}) return "less than a minute";
  if (age < hours{1}) return in(minutes{1}, "minute");
  if (age < hours{48}) return in(hours{1}, "hour");
  return in(hours{24}, "day");
}

std::string counted(int number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = names.size() <= most ? names.size() : most;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == names.size();
    text += i == 0 ? "" : last ? " and " : ", ";
    text += names[i];
  }
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : clean_text(text, text.size() * 3)) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n';
    if (!is_space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string_view security_noun(const std::vector<const Update*>& updates) {
  const auto has = [](const Update& update, Classification wanted) {
    return std::find(update.classifications.begin(), update.classifications.end(), wanted) !=
           update.classifications.end();
  };
  const bool only_critical = std::any_of(updates.begin(), updates.end(), [&](const Update* update) {
    return has(*update, Classification::critical) && !has(*update, Classification::security);
  });
  return only_critical ? "security or critical update" : "security update";
}

}  // namespace patchstate
