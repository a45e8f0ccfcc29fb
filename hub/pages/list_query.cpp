// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/list_query.h"

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"

namespace patchstate {
namespace {

bool is_filter(const std::string& name) {
  return name != "sort" && name != "cursor" && name != "format" && name != "limit";
}

std::string joined(const std::map<std::string, std::string>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters)
    if (!value.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, percent_encoded(value));
  return text;
}

}  // namespace

ListQuery::ListQuery(std::string path, const HttpRequest& request) : path_(std::move(path)) {
  for (const auto& [name, value] : request.query) parameters_[name] = clean_text(value);
}

std::string ListQuery::with(const std::string& name, const std::string& value) const {
  auto parameters = parameters_;
  parameters.erase("cursor");
  parameters.erase("format");
  parameters[name] = value;
  const std::string query = joined(parameters);
  return query.empty() ? path_ : path_ + "?" + query;
}

std::string ListQuery::filter() const {
  std::map<std::string, std::string> kept;
  for (const auto& [name, value] : parameters_)
    if (is_filter(name)) kept[name] = value;
  return joined(kept);
}

std::string ListQuery::value(const std::string& name) const {
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? std::string() : found->second;
}

Data ListQuery::columns(const std::vector<Column>& columns, const std::string& sort) const {
  Data list(Data::type::list);
  for (const auto& column : columns) {
    Data one;
    one.set("name", column.name);
    one.set("is_number", Data(column.is_number));
    const bool up = !column.sort.empty() && sort == column.sort;
    const bool down = !column.sort.empty() && sort == "-" + column.sort;
    // Numbers are wanted from the greatest on.
    const std::string first = (column.is_number ? "-" : "") + column.sort;
    const std::string other = (column.is_number ? "" : "-") + column.sort;
    one.set("link", column.sort.empty() ? Data(false) : Data("path", with("sort", sort == first ? other : first)));
    one.set("sorted", up || down ? Data("way", up ? "ascending" : "descending") : Data(false));
    one.set("up", Data(up));
    one.set("down", Data(down));
    list << one;
  }
  return list;
}

std::string ListQuery::put_chips(Data& data, const std::vector<Chip>& chips) const {
  Data list(Data::type::list);
  std::string words;
  for (const auto& chip : chips) {
    Data one;
    one.set("text", chip.text);
    one.set("path", with(chip.name, ""));
    list << one;
    words += (words.empty() ? "" : ", ") + chip.text;
  }
  data.set("has_chips", Data(!chips.empty()));
  data.set("chips", list);
  return words;
}

void ListQuery::put_page(Data& data, const Data& rows, const std::string& next) const {
  data.set("has_rows", Data(rows.is_non_empty_list()));
  data.set("rows", rows);
  data.set("csv", with("format", "csv"));
  data.set("first", value("cursor").empty() ? Data(false) : Data("path", with("cursor", "")));
  data.set("next", next.empty() ? Data(false) : Data("path", with("cursor", next)));
}

Data options(const std::vector<Option>& list, const std::string& chosen) {
  Data data(Data::type::list);
  for (const auto& option : list) {
    Data one;
    one.set("value", option.value);
    one.set("name", option.name);
    one.set("chosen", Data(option.value == chosen));
    data << one;
  }
  return data;
}

}  // namespace patchstate
