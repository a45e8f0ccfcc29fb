// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agent/accepted_report.h"
#include "agent/hub_address.h"
#include "agent/hub_answer_json.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const int status : {202, 422, 503}) {
    const auto delivery = delivery_of({status, std::string(input), {}, {}});
    test::must((delivery.outcome == Outcome::accepted) == (status == 202), "the status decides, not the body");
    test::must(std::none_of(delivery.reason.begin(), delivery.reason.end(),
                            [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; }),
               "a reason is one line, fit for a terminal");
    const auto receipt = delivery_of_report({status, std::string(input), {}, {}});
    test::must(receipt.outcome != Outcome::accepted || input.empty() || input.find('{') != std::string_view::npos,
               "a receipt is nothing or an object");
  }
  if (const auto key = host_key_in(input))
    test::must(key->find_first_of(" \r\n") == std::string::npos && !key->empty(), "a key is one word of a header");
  if (problem_of_hub(input).empty())
    test::must(input.starts_with("https://") || input.starts_with("http://127.") || input.starts_with("http://[::1]"),
               "plain http stays here");
  if (const auto report = parse_accepted_report(input))
    test::must(parse_accepted_report(to_text(*report)).has_value(), "what was read is written so that it can be read");
}
