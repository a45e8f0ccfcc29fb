// SPDX-License-Identifier: Apache-2.0
#include "hub/forms.h"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include "assessment/assessment_json.h"
#include "hub/client.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostBytes = 64U << 10U;
constexpr std::size_t kMostFields = 100;
constexpr std::size_t kLongestField = 16U << 10U;

/// Whatever its parameters: `application/x-www-form-urlencoded;charset=UTF-8`.
bool is_form(const std::string& content_type) {
  return Poco::icompare(Poco::trim(content_type.substr(0, content_type.find(';'))),
                        "application/x-www-form-urlencoded") == 0;
}

}  // namespace

int read_form(HttpRequest& request) {
  if (!is_form(header_of(request, "content-type")) || !header_of(request, "content-encoding").empty()) return 415;
  if (request.body.size() > kMostBytes) return 413;
  try {
    Poco::URI form;
    form.setRawQuery(request.body);
    const auto fields = form.getQueryParameters();
    if (fields.size() > kMostFields) return 400;
    for (const auto& [name, value] : fields)
      request.form.try_emplace(clean_text(name), clean_text(value, kLongestField));
  } catch (const Poco::Exception&) {
    return 400;
  }
  return 0;
}

const std::string& field(const HttpRequest& request, const std::string& name) {
  static const std::string kNone;
  const auto found = request.form.find(name);
  return found == request.form.end() ? kNone : found->second;
}

}  // namespace patchstate
