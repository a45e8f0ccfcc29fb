// SPDX-License-Identifier: Apache-2.0
// A page out of its template and its data. Only `{{name}}` is used in templates, which escapes: what a host says is
// text.
#pragma once

#include <string>

#include <kainjow/mustache.hpp>

#include "hub/http_server.h"
#include "hub/store.h"
#include "hub/visitor.h"

namespace patchstate {

using Data = kainjow::mustache::data;

struct Page {
  std::string title;   ///< of the window, and the page's only h1 where the template has none of its own
  std::string place;   ///< path of the entry in the navigation that it belongs to: "/machines"
  std::string body;    ///< name of its template
  Data data;           ///< of that template
  std::string filter;  ///< in words, for paper; empty: everything
  int status = 200;
};

/// With the headers that every page has. `visitor` nullptr: nobody has signed in.
HttpResponse render(const Page& page, const Visitor* visitor, Time now);

/// A file for a spreadsheet, offered under that name.
HttpResponse csv_file(const std::string& name, std::string text);

}  // namespace patchstate
