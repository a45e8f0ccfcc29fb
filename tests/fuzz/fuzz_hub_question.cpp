// SPDX-License-Identifier: Apache-2.0
// Query parameters of the API, one "name=value" to a line.
#include <stdexcept>

#include "hub/api_parameters.h"
#include "hub/json_text.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  HttpRequest request;
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size() == input.size() ? line.size() : line.size() + 1);
    const auto equals = line.find('=');
    request.query[std::string(line.substr(0, equals))] =
        equals == std::string_view::npos ? "" : std::string(line.substr(equals + 1));
  }
  const Parameters parameters(request);
  try {
    const HostQuery query = host_query(parameters);
    test::must(query.limit >= 1 && query.limit <= kMostRows, "a page has a limit");
    if (const auto cursor = from_base64url(query.cursor))
      test::must(from_base64url(to_base64url(*cursor)) == cursor, "what was encoded decodes to itself");
  } catch (const std::invalid_argument&) {
    return;
  }
}
