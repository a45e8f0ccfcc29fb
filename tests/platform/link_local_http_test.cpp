// SPDX-License-Identifier: Apache-2.0
#include "platform/link_local_http.h"

#include <chrono>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/fake_http_server.h"

using namespace patchstate;
using patchstate::test::FakeHttpServer;
using Pace = FakeHttpServer::Reply::Pace;
using Then = FakeHttpServer::Reply::Then;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLong{20'000};

LinkLocalRequest request_to(int port) {
  LinkLocalRequest request;
  request.address = "127.0.0.1";
  request.port = port;
  return request;
}

std::optional<std::string> fetch(const FakeHttpServer::Reply& reply, milliseconds deadline = kLong) {
  const FakeHttpServer server([&](const std::string&) { return reply; });
  return fetch_link_local(request_to(server.port()), deadline);
}

std::string with_length(std::size_t length, const std::string& body) {
  return "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("the request is one HTTP/1.0 request with its headers") {
  std::string seen;
  const FakeHttpServer server([&](const std::string& request) {
    seen = request;
    return FakeHttpServer::Reply{FakeHttpServer::ok("{}")};
  });
  auto request = request_to(server.port());
  request.method = "PUT";
  request.path = "/latest/api/token?x=1";
  request.headers = {{"Metadata", "true"}, {"X-Two", "a b"}};
  CHECK(fetch_link_local(request, kLong) == "{}");
  CHECK(seen == "PUT /latest/api/token?x=1 HTTP/1.0\r\nHost: 127.0.0.1\r\nMetadata: true\r\nX-Two: a b\r\n\r\n");
}

TEST_CASE("the body of a 200 is the answer, however it is delivered") {
  const std::string body(50'000, 'b');
  CHECK(fetch({FakeHttpServer::ok(body)}) == body);
  CHECK(fetch({"HTTP/1.1 200 OK\r\n\r\n" + body}) == body);
  CHECK(fetch({"HTTP/1.0 200\r\n\r\n"}) == "");
  CHECK(fetch({FakeHttpServer::ok("slow"), Pace::byte_by_byte}) == "slow");
  CHECK(fetch({FakeHttpServer::ok("kept open"), Pace::at_once, Then::stay_open}) == "kept open");
  CHECK(fetch({"HTTP/1.1 200 OK\r\ncontent-LENGTH:  4\r\nX: y\r\n\r\nbody", Pace::at_once, Then::stay_open}) == "body");
}

TEST_CASE("anything else is no answer") {
  const std::string cases[] = {"",
                               "H",
                               "HTTP/1.",
                               "HTTP/1.1 200",
                               "HTTP/1.1 200 OK\r\n",
                               "HTTP/1.1 2000 OK\r\n\r\nx",
                               "HTTP/1.1 404 Not Found\r\n\r\n200",
                               "HTTP/1.1 301 Moved\r\nLocation: http://example.org/\r\n\r\n",
                               "HTTP/2 200 OK\r\n\r\nx",
                               "SSH-2.0-OpenSSH_9.2\r\n",
                               "\r\n\r\n\r\n\r\n",
                               std::string(1'000, '\0'),
                               with_length(5, "cut"),
                               with_length(2, "longer"),
                               "HTTP/1.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
                               "HTTP/1.0 200 OK\r\n\r\n" + std::string(1'000'000, 'x'),
                               "HTTP/1.0 200 OK\r\nX: " + std::string(1'000'000, 'x')};
  for (const auto& bytes : cases) {
    CAPTURE(bytes.substr(0, 60));
    CHECK_FALSE(fetch({bytes}));
  }
}

TEST_CASE("a body of 64 KiB is the longest") {
  constexpr std::size_t kMax = 64U << 10U;
  CHECK(fetch({FakeHttpServer::ok(std::string(kMax, 'x'))}).value_or("").size() == kMax);
  CHECK_FALSE(fetch({FakeHttpServer::ok(std::string(kMax + 1, 'x'))}));
}

TEST_CASE("nothing holds us longer than the deadline") {
  constexpr milliseconds kDeadline{300};
  const FakeHttpServer::Reply cases[] = {
      {"", Pace::at_once, Then::stay_open},
      {"HTTP/1.1 200 OK\r\n", Pace::at_once, Then::stay_open},
      {with_length(100, "half"), Pace::at_once, Then::stay_open},
      {"HTTP/1.0 200 OK\r\n\r\n" + std::string(100'000, 'x'), Pace::byte_by_byte, Then::stay_open}};
  for (const auto& reply : cases) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK_FALSE(fetch(reply, kDeadline));
    const auto taken = std::chrono::steady_clock::now() - begun;
    CHECK(taken >= kDeadline);
    CHECK(taken < kDeadline + milliseconds{3000});
  }
  CHECK_FALSE(fetch({FakeHttpServer::ok("x")}, milliseconds{0}));
  CHECK_FALSE(fetch({FakeHttpServer::ok("x")}, milliseconds{-5}));
}

TEST_CASE("nobody there is no answer") {
  int port = 0;
  {
    const FakeHttpServer gone([](const std::string&) { return FakeHttpServer::Reply{}; });
    port = gone.port();
  }
  CHECK_FALSE(fetch_link_local(request_to(port), kLong));
  CHECK_FALSE(fetch_link_local(request_to(0), kLong));
  CHECK_FALSE(fetch_link_local(request_to(65536), kLong));
  auto request = request_to(80);
  request.address = "localhost";  // no names
  CHECK_FALSE(fetch_link_local(request, kLong));
}

TEST_CASE("a line break can't smuggle in a header or a request") {
  int requests = 0;
  const FakeHttpServer server([&](const std::string&) {
    ++requests;
    return FakeHttpServer::Reply{FakeHttpServer::ok("x")};
  });
  const auto good = request_to(server.port());
  auto path = good;
  path.path = "/x\r\nX-Evil: 1";
  auto blank = good;
  blank.path = "/x HTTP/1.0";
  auto value = good;
  value.headers = {{"Token", "a\nb"}};
  auto name = good;
  name.headers = {{"To\rken", "a"}};
  auto method = good;
  method.method = std::string("GET\0", 4);
  for (const auto& request : {path, blank, value, name, method}) CHECK_FALSE(fetch_link_local(request, kLong));
  CHECK(requests == 0);
}
