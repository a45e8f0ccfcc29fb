// SPDX-License-Identifier: Apache-2.0
#include "agent/service_status.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "agent/spool.h"
#include "assessment/json_writer.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{1'795'000'000s};  // 2026-11-18T11:06:40Z
constexpr const char* kState =
    "started=2026-11-18T06:00:00Z\nlast_run=2026-11-18T11:00:00Z\nlast_trigger=files\n"
    "last_result=compliant: 0 security\nnext_run=2026-11-18T17:00:00Z\nversion=0.1.0\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

DeliveryStatus hub_status(const test::TemporaryFolder& folder) {
  return read_delivery_status(folder.path(), std::string(kHubQueue), "https://hub.example.org");
}

}  // namespace

TEST_CASE("a service that never ran is not taken for one that rests") {
  const test::TemporaryFolder folder;
  const std::vector<DeliveryStatus> queues{hub_status(folder)};
  const auto text = to_text(read_service_status(folder.path()), queues, kNow);
  CHECK(has(text, "no trace of the service"));
  CHECK(has(text, "nothing accepted yet"));
}

TEST_CASE("status says what the service did last, why, and when it comes again") {
  const test::TemporaryFolder folder;
  folder.write("service-state", kState);
  const auto status = read_service_status(folder.path());
  const auto text = to_text(status, {}, kNow);
  CHECK(has(text, "last run 2026-11-18T11:00:00Z (files): compliant: 0 security; next 2026-11-18T17:00:00Z"));
  CHECK(has(text, "no hub is configured"));
  CHECK(has(to_text(status, {}, kNow + 24h), "did not come"));
}

TEST_CASE("a delivery that fails is shown with its reason and the next attempt") {
  const test::TemporaryFolder folder;
  const auto hub = queue_folder(folder.path(), kHubQueue);
  Spool(hub).put(ReportForm::full, "{}", "one");
  write_delivery_state(hub, {3, kNow + 1h, kNow - 24h, kNow, "HTTP 503"});
  const std::vector<DeliveryStatus> queues{hub_status(folder),
                                           read_delivery_status(folder.path(), "siem", "/srv/siem")};
  const auto text = to_text(read_service_status(folder.path()), queues, kNow);
  for (const char* const part : {"1 waiting", "3 failures in a row", "HTTP 503", "next attempt", "patchstate doctor"})
    CHECK(has(text, part));
  JsonWriter json(JsonStyle::compact);
  json.begin_object();
  put_members(json, read_service_status(folder.path()), queues);
  json.end_object();
  const auto members = std::move(json).take();
  CHECK(has(members, "\"delivery\":{\"hub\":\"https://hub.example.org\",\"waiting\":1,\"failures\":3"));
  CHECK(has(members, "\"destinations\":[{\"place\":\"/srv/siem\",\"name\":\"siem\",\"waiting\":0,\"failures\":0}]"));
}

TEST_CASE("what was damaged is not known, and nothing worse") {
  for (const auto& text :
       {std::string("last_run=yesterday\n"), std::string("=\n\n"), std::string(1000, '\0'), std::string("last_run")}) {
    const test::TemporaryFolder folder;
    folder.write("service-state", text);
    CHECK_FALSE(read_service_status(folder.path()).last_run);
  }
}
