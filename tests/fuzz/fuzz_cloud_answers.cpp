// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cloud_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

void must_fit_a_header(const std::string& text) {
  for (const char c : text) test::must(c > ' ' && c < 0x7f, "what goes on has no control character");
}

}  // namespace

void fuzz(std::string_view input) {
  must_fit_a_header(azure_resource_id(input));
  must_fit_a_header(aws_resource_id(input));
  must_fit_a_header(aws_token(input));
  const auto third = input.size() / 3;
  must_fit_a_header(gcp_resource_id(input.substr(0, third), input.substr(third, third), input.substr(2 * third)));
}
