// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "agent/endpoint.h"

namespace patchstate::test {

/// Answers in turn as it was told, and keeps what it was sent.
class FakeEndpoint final : public Endpoint {
 public:
  explicit FakeEndpoint(std::deque<Delivery> answers) : answers_(std::move(answers)) {}
  Delivery send(const Message& message) override {
    bodies.emplace_back(message.body);
    REQUIRE_FALSE(answers_.empty());
    auto answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  std::vector<std::string> bodies;

 private:
  std::deque<Delivery> answers_;
};

inline const Delivery kAccepted{Outcome::accepted, {}, {}, false};

inline bool is_heartbeat(const std::string& body) {
  return body.find("\"heartbeat\":true") != std::string::npos;
}

}  // namespace patchstate::test
