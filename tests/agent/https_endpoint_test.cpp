// SPDX-License-Identifier: Apache-2.0
#include "agent/https_endpoint.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "tests/support/fake_http_server.h"

using namespace patchstate;
using namespace std::chrono_literals;
using test::FakeHttpServer;

namespace {

HubAccess access_to(const FakeHttpServer& server, Deadlines deadlines) {
  HubAccess access;
  access.hub = fmt::format("http://127.0.0.1:{}", server.port());
  access.deadlines = deadlines;
  return access;
}

}  // namespace

TEST_CASE("a hub that answers byte by byte, or not at all, is left when the time is up, and asked again later") {
  const std::string endless = "HTTP/1.1 202 Accepted\r\n\r\n" + std::string(60'000, ' ');
  for (const auto& reply : {FakeHttpServer::Reply{endless, FakeHttpServer::Reply::Pace::byte_by_byte},
                            FakeHttpServer::Reply{endless.substr(0, 40), {}, FakeHttpServer::Reply::Then::stay_open},
                            FakeHttpServer::Reply{{}, {}, FakeHttpServer::Reply::Then::stay_open}}) {
    const FakeHttpServer server([&reply](const std::string&) { return reply; });
    const auto delivery = HttpsEndpoint(access_to(server, {10s, 200ms})).send({"{}"});
    CHECK(delivery.outcome == Outcome::retry_later);
    CHECK_MESSAGE(delivery.reason.find("timed out after") != std::string::npos, delivery.reason);
    CHECK_MESSAGE(delivery.reason.find("hangs or is too slow") != std::string::npos, delivery.reason);
  }
}

TEST_CASE("nobody waits for a hub longer than a minute") {
  CHECK(HubAccess{}.deadlines.connect <= 10s);
  CHECK(HubAccess{}.deadlines.total <= 60s);
}
