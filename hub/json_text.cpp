// SPDX-License-Identifier: Apache-2.0
#include "hub/json_text.h"

#include <sstream>

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <nlohmann/json.hpp>

#include "assessment/json_writer.h"

namespace patchstate {
namespace {

constexpr int kUrl = Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING;

}  // namespace

std::vector<Reason> reasons_from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  std::vector<Reason> reasons;
  if (!json.is_array()) return reasons;
  for (const auto& item : json)
    if (item.is_object()) reasons.push_back({item.value("code", ""), item.value("message", "")});
  return reasons;
}

std::string reasons_to_json(const std::vector<Reason>& reasons) {
  JsonWriter json(JsonStyle::compact);
  json.begin_array();
  for (const auto& reason : reasons) {
    json.begin_object();
    json.key("code");
    json.text(clean_text(reason.code, 64));
    json.key("message");
    json.text(clean_text(reason.message, 1024));
    json.end_object();
  }
  json.end_array();
  return std::move(json).take();
}

std::vector<std::string> strings_from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  std::vector<std::string> strings;
  if (!json.is_array()) return strings;
  for (const auto& item : json)
    if (item.is_string()) strings.push_back(item.get<std::string>());
  return strings;
}

std::string to_base64url(std::string_view bytes) {
  std::ostringstream out;
  Poco::Base64Encoder encoder(out, kUrl);
  encoder.rdbuf()->setLineLength(0);
  encoder << bytes;
  encoder.close();
  return out.str();
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::istringstream in{std::string(text)};
  Poco::Base64Decoder decoder(in, kUrl);
  std::ostringstream out;
  try {
    out << decoder.rdbuf();
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
  return out.str();
}

}  // namespace patchstate
