// SPDX-License-Identifier: Apache-2.0
#include "bench/hub/fleet_maker.h"

#include <fmt/core.h>

#include "assessment/verdict.h"

namespace patchstate::bench {

std::string FleetMaker::host_id(std::size_t host) {
  return fmt::format("00000000-0000-4000-8000-{:012x}", host);
}

std::string FleetMaker::activity_id(std::size_t host, std::size_t number) {
  return fmt::format("{:08x}-{:04x}-4000-9000-{:012x}", number, host & 0xffffU, host);
}

Update FleetMaker::update(std::size_t host, std::size_t index, std::size_t release, Time at) const {
  // Hosts of one system lack mostly the same updates; where each begins in the list differs a little.
  const std::size_t place = (index * 37 + (host % 50) * 3) % names_.size();
  Update update;
  update.name = names_[place];
  update.patch_id = update.name + ":amd64";
  update.version =
      fmt::format("{}.{}.{}-{}+deb12u{}", 1 + place % 9, place % 31, place % 13, 1 + place % 3, 1 + release % 20);
  update.installed_version = fmt::format("{}.{}.{}-{}", 1 + place % 9, place % 31, place % 13, 1 + place % 3);
  update.arch = "amd64";
  update.source_package = update.name;
  update.purl = fmt::format("pkg:deb/debian/{}@{}?arch=amd64", update.name, update.version);
  const bool security = place % 5 < 3;
  update.classifications = {security ? Classification::security : Classification::other};
  update.state = UpdateState::installable;
  update.evidence = "in the security archive of Debian";
  update.repository = security ? "http://security.example.org/debian-security bookworm-security/main"
                               : "http://deb.example.org/debian bookworm/main";
  update.origin = security ? "Debian-Security" : "Debian";
  if (security) update.cves = {fmt::format("CVE-2026-{}", 1000 + place % 5000)};
  update.size_bytes = static_cast<std::int64_t>(10'000 + place * 17);
  update.first_seen = at - std::chrono::hours{static_cast<int>(place % 500)};
  return update;
}

Assessment FleetMaker::assessment(std::size_t host, std::size_t number, std::size_t pending, std::size_t release,
                                  Time at) {
  Assessment made;
  made.activity_id = activity_id(host, number);
  made.started = made.last_modified = at;
  made.host.id = host_id(host);
  made.host.hostname = fmt::format("{}-{:05}.example.org", host % 3 == 0 ? "web" : host % 3 == 1 ? "db" : "app", host);
  const bool ubuntu = host % 4 == 0;
  made.host.os.id = ubuntu ? "ubuntu" : "debian";
  made.host.os.version_id = ubuntu ? "24.04" : "12";
  made.host.os.name = ubuntu ? "Ubuntu 24.04.3 LTS" : "Debian GNU/Linux 12 (bookworm)";
  made.host.arch = "amd64";
  made.host.kernel_running = "6.1.0-40-amd64";
  made.agent_version = "0.1.0";
  made.interval = std::chrono::hours{6};
  made.reboot_pending = random_() % 10 == 0;
  Findings findings;
  findings.tool = "patchstate-apt-probe";
  findings.tool_version = "libapt-pkg 6.0.0";
  findings.metadata.checked_at = at - std::chrono::minutes{static_cast<int>(random_() % 300)};
  findings.metadata.repositories = {
      {"http://deb.example.org/debian bookworm/main", RepositoryState::ok, findings.metadata.checked_at, {}, {}, false},
      {"http://security.example.org/debian-security bookworm-security/main",
       RepositoryState::ok,
       findings.metadata.checked_at,
       {},
       {},
       true}};
  for (std::size_t index = 0; index < pending; ++index) {
    // Each release replaces a few of the updates that the one before had.
    const std::size_t of = index % 20 == release % 20 ? release : release - release % 5;
    findings.updates.push_back(update(host, index, of, at));
  }
  const auto hash = [](const std::string& text) { return fmt::format("{:064x}", std::hash<std::string>{}(text)); };
  findings.digest = hash(state_text(findings));
  made.sources.push_back({"apt", PatchService::APT, std::chrono::milliseconds{180}, std::move(findings)});
  made.verdict = judge(made, {}, at);
  made.state_hash = hash(state_text(made));
  return made;
}

}  // namespace patchstate::bench
