// SPDX-License-Identifier: Apache-2.0
// The address of a list: its filter, order and page, and how each of its links changes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hub/pages/render.h"

namespace patchstate {

class ListQuery {
 public:
  /// `path` of the list; `request` for its parameters.
  ListQuery(std::string path, const HttpRequest& request);

  /// The same list with one parameter changed; empty: without it. From its first page, unless the cursor is what
  /// changes.
  std::string with(const std::string& name, const std::string& value) const;
  /// The filter alone: what a saved filter keeps. "verdict=unknown&tag=web"
  std::string filter() const;
  std::string value(const std::string& name) const;
  bool is_filtered() const { return !filter().empty(); }

  /// {{#columns}} of a table's head: names, links that sort, which of them is sorted and how.
  /// `sort`: what the page is sorted by now; a column without a sort word is not sortable.
  struct Column {
    std::string name;
    std::string sort;
    bool is_number = false;
  };
  Data columns(const std::vector<Column>& columns, const std::string& sort) const;

  /// {{#chips}}: the chosen filters, each with a way out of it. Returns all of them in words: "name contains web,
  /// unknown".
  struct Chip {
    std::string name;  ///< of the parameter
    std::string text;
  };
  std::string put_chips(Data& data, const std::vector<Chip>& chips) const;

  /// The page of the list that is shown, and its ways on: {{has_rows}}, {{#rows}}, {{csv}}, {{#first}}, {{#next}}.
  /// `next`: the next page's cursor; empty: this is the last.
  void put_page(Data& data, const Data& rows, const std::string& next) const;

 private:
  std::string path_;
  std::map<std::string, std::string> parameters_;
};

/// One choice of a {{#options}}.
struct Option {
  std::string value;
  std::string name;
};
Data options(const std::vector<Option>& list, const std::string& chosen);

}  // namespace patchstate
