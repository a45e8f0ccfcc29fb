// SPDX-License-Identifier: Apache-2.0
// Machines of each cloud against a metadata service on 127.0.0.1 that behaves well, or badly.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/host/host_facts.h"
#include "tests/support/fake_http_server.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using patchstate::test::FakeHttpServer;
using Reply = FakeHttpServer::Reply;
using std::chrono::milliseconds;

namespace {

using Dmi = std::map<std::string, std::string>;
const Dmi kAzure = {{"sys_vendor", "Microsoft Corporation\n"},
                    {"chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77\n"}};
const Dmi kAws = {{"sys_vendor", "Amazon EC2\n"}, {"product_uuid", "ec2a1b2c-0000-0000-0000-000000000000\n"}};
const Dmi kGcp = {{"sys_vendor", "Google\n"}, {"product_name", "Google Compute Engine\n"}};

struct Asked {
  std::optional<Cloud> cloud;
  std::vector<std::string> requests;
  std::chrono::steady_clock::duration taken{};
};

Asked ask(const Dmi& dmi, FakeHttpServer::Answer answer, milliseconds deadline = milliseconds{20'000}) {
  const test::TemporaryFolder folder;
  for (const auto& [name, text] : dmi) folder.write(name, text);
  Asked asked;
  {
    const FakeHttpServer server([&](const std::string& request) {
      asked.requests.push_back(request);
      return answer(request);
    });
    const auto begun = std::chrono::steady_clock::now();
    asked.cloud = read_cloud({folder.path(), "127.0.0.1", server.port(), deadline});
    asked.taken = std::chrono::steady_clock::now() - begun;
  }
  return asked;
}

bool has(const std::string& request, const std::string& part) {
  return request.find(part) != std::string::npos;
}
Reply not_found() {
  return {"HTTP/1.1 404 Not Found\r\n\r\n"};
}

}  // namespace

TEST_CASE("Azure: the resource id comes from the instance metadata service") {
  const auto asked = ask(kAzure, [](const std::string& request) -> Reply {
    if (!request.starts_with("GET /metadata/instance/compute?api-version=2021-02-01 ") ||
        !has(request, "\r\nMetadata: true\r\n"))
      return not_found();
    return {FakeHttpServer::ok(R"({"resourceId":"/subscriptions/1/virtualMachines/web1"})")};
  });
  REQUIRE(asked.cloud);
  CHECK(asked.cloud->provider == "azure");
  CHECK(asked.cloud->resource_id == "/subscriptions/1/virtualMachines/web1");
  CHECK(asked.requests.size() == 1);
}

TEST_CASE("AWS: the identity document is asked with a session token (IMDSv2)") {
  const auto asked = ask(kAws, [](const std::string& request) -> Reply {
    if (request.starts_with("PUT /latest/api/token ") &&
        has(request, "\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n"))
      return {FakeHttpServer::ok("t0ken==")};
    if (request.starts_with("GET /latest/dynamic/instance-identity/document ") &&
        has(request, "\r\nX-aws-ec2-metadata-token: t0ken==\r\n"))
      return {FakeHttpServer::ok(R"({"accountId":"123456789012","region":"eu-west-1","instanceId":"i-0abc"})")};
    return not_found();
  });
  REQUIRE(asked.cloud);
  CHECK(asked.cloud->provider == "aws");
  CHECK(asked.cloud->resource_id == "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc");
}

TEST_CASE("GCP: project, zone and id are asked one by one") {
  const auto asked = ask(kGcp, [](const std::string& request) -> Reply {
    if (!has(request, "\r\nMetadata-Flavor: Google\r\n")) return not_found();
    if (request.starts_with("GET /computeMetadata/v1/project/project-id ")) return {FakeHttpServer::ok("my-project")};
    if (request.starts_with("GET /computeMetadata/v1/instance/zone "))
      return {FakeHttpServer::ok("projects/1/zones/europe-west1-b")};
    if (request.starts_with("GET /computeMetadata/v1/instance/id ")) return {FakeHttpServer::ok("456")};
    return not_found();
  });
  REQUIRE(asked.cloud);
  CHECK(asked.cloud->provider == "gcp");
  CHECK(asked.cloud->resource_id == "//compute.googleapis.com/projects/my-project/zones/europe-west1-b/instances/456");
}

TEST_CASE("each cloud is known by its firmware, and elsewhere nothing is asked") {
  struct {
    Dmi dmi;
    const char* provider;
  } const cases[] = {
      {kAzure, "azure"},
      {kAws, "aws"},
      {{{"sys_vendor", "Xen\n"}, {"bios_vendor", "Amazon EC2\n"}}, "aws"},
      {{{"sys_vendor", "Xen\n"}, {"product_uuid", "EC2A1B2C-0000\n"}}, "aws"},
      {kGcp, "gcp"},
      {{}, ""},
      {{{"sys_vendor", "Xen\n"}, {"product_uuid", "4c4c4544-0000\n"}}, ""},
      {{{"sys_vendor", "Microsoft Corporation\n"}, {"product_name", "Virtual Machine\n"}}, ""},  // Hyper-V at home
      {{{"sys_vendor", "QEMU\n"}, {"product_name", "Google Compute Engine (not)\n"}}, ""}};
  for (const auto& [dmi, provider] : cases) {
    const auto& shown = provider;
    CAPTURE(shown);
    const auto asked = ask(dmi, [](const std::string&) { return not_found(); });
    CHECK((asked.cloud ? asked.cloud->provider : "") == provider);
    CHECK(asked.requests.empty() == (*provider == '\0'));
    if (asked.cloud) CHECK(asked.cloud->resource_id.empty());
  }
}

TEST_CASE("a service that behaves badly costs the resource id only, and no more than the limit") {
  const Reply cases[] = {{"", Reply::Pace::at_once, Reply::Then::stay_open},
                         {FakeHttpServer::ok(std::string(10'000, '{')), Reply::Pace::byte_by_byte},
                         {FakeHttpServer::ok(std::string(1'000'000, 'x'))},
                         {FakeHttpServer::ok(std::string(60'000, '['))},
                         {FakeHttpServer::ok("<html>captive portal</html>")},
                         {FakeHttpServer::ok("\xff\xfe\n\r\n")},
                         {"garbage"},
                         {"HTTP/1.1 200 OK\r\n\r\n"},
                         {""},
                         not_found()};
  for (const auto* dmi : {&kAzure, &kAws, &kGcp}) {
    for (const auto& reply : cases) {
      CAPTURE(reply.bytes.substr(0, 60));
      const auto asked = ask(
          *dmi, [&](const std::string&) { return reply; }, milliseconds{300});
      REQUIRE(asked.cloud);
      CHECK(asked.cloud->resource_id.empty());
      CHECK(asked.taken < milliseconds{3300});
    }
  }
}

TEST_CASE("a service that answers each request late has one limit for all") {
  int answered = 0;
  const auto asked = ask(
      kGcp,
      [&](const std::string&) -> Reply {
        ++answered;
        return {FakeHttpServer::ok("ninety-byte-answer-that-drips-out-one-byte-at-a-time-so-that-each-takes-a-while"),
                Reply::Pace::byte_by_byte};
      },
      milliseconds{900});
  CHECK(asked.cloud->resource_id.empty());
  CHECK(asked.taken < milliseconds{3900});
  CHECK(answered < 3);
}

TEST_CASE("nobody listening costs the resource id only") {
  const test::TemporaryFolder folder;
  for (const auto& [name, text] : kAws) folder.write(name, text);
  const auto cloud = read_cloud({folder.path(), "127.0.0.1", 1, milliseconds{1000}});
  REQUIRE(cloud);
  CHECK(cloud->resource_id.empty());
}
