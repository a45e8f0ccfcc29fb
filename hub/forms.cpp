// SPDX-License-Identifier: Apache-2.0
#include "hub/forms.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTMLForm.h>
#include <Poco/Net/MediaType.h>

#include "assessment/assessment_json.h"
#include "hub/client.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostBytes = 64U << 10U;
constexpr int kMostFields = 100;
constexpr std::size_t kLongestField = 16U << 10U;

}  // namespace

int read_form(HttpRequest& request) {
  const Poco::Net::MediaType type(header_of(request, "content-type"));
  if (!type.matches("application", "x-www-form-urlencoded") || !header_of(request, "content-encoding").empty())
    return 415;
  if (request.body.size() > kMostBytes) return 413;
  try {
    Poco::Net::HTMLForm form;
    form.setFieldLimit(kMostFields);
    form.setValueLengthLimit(static_cast<int>(kMostBytes));
    form.read(request.body);
    for (const auto& [name, value] : form) request.form[clean_text(name)] = clean_text(value, kLongestField);
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
