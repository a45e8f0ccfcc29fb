// SPDX-License-Identifier: Apache-2.0
#include "tests/assessment/samples.h"

#include "assessment/assessment_json.h"
#include "assessment/verdict.h"

namespace patchstate::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Assessment judged(Assessment assessment) {
  assessment.verdict = judge(assessment, {}, sample_now());
  return assessment;
}

struct Row {
  const char* name;
  const char* installed;
  const char* candidate;
  const char* arch;
};

// apt list --upgradable on a Debian 12 machine, the security half.
constexpr Row kSecurity[] = {
    {"ca-certificates", "20230311+deb12u1", "20250419~deb12u2", "all"},
    {"krb5-locales", "1.20.1-2+deb12u3", "1.20.1-2+deb12u5", "all"},
    {"libexpat1", "2.5.0-1+deb12u1", "2.5.0-1+deb12u5", "amd64"},
    {"libgdk-pixbuf2.0-common", "2.42.10+dfsg-1+deb12u2", "2.42.10+dfsg-1+deb12u4", "all"},
    {"libnss3", "2:3.87.1-1+deb12u2", "2:3.87.1-1+deb12u4", "amd64"},
    {"libssl3", "3.0.19-1~deb12u2", "3.0.22-1~deb12u2", "amd64"},
    {"libssl3", "3.0.19-1~deb12u2", "3.0.22-1~deb12u2", "i386"},
    {"linux-image-6.1.0-25-amd64", "", "6.1.192-2", "amd64"},
    {"openjdk-17-jre-headless", "17.0.15+6-1~deb12u1", "17.0.21.1+2-1~deb12u1", "amd64"},
    {"openssl", "3.0.19-1~deb12u2", "3.0.22-1~deb12u2", "amd64"},
    {"postgresql-client-common", "248+deb12u1", "248+deb12u2", "all"},
};
constexpr Row kOther[] = {
    {"base-files", "12.4+deb12u11", "12.4+deb12u15", "amd64"},
    {"bash", "5.2.15-2+b8", "5.2.15-2+b13", "amd64"},
    {"libcap2", "1:2.66-4+deb12u2+b2", "1:2.66-4+deb12u3+b1", "amd64"},
    {"login", "1:4.13+dfsg1-1+deb12u1", "1:4.13+dfsg1-1+deb12u2", "amd64"},
};

Update from_row(const Row& row, Classification classification) {
  Update found = update(row.name, classification);
  found.arch = row.arch;
  found.patch_id = found.name + ":" + found.arch;
  found.installed_version = row.installed;
  found.version = row.candidate;
  found.origin = classification == Classification::security ? "Debian-Security" : "Debian";
  return found;
}

/// Text that is trouble for at least one of the exports.
std::string evil(const std::string& what) {
  return "=cmd|' /C calc'!A0" + what + "\x1b[31m\r\n|\"'\\,;<b>&amp;\u2028\u202e\xff\t#{} \x9b" + "2J";
}

Repository sample_repository() {
  return {"http://deb.example.org/debian-security bookworm-security/main",
          RepositoryState::ok,
          before(hours{3}),
          before(hours{9}),
          sample_now() + hours{24 * 6},
          true};
}

Findings other_source() {
  Findings found;
  found.tool = "zypper";
  found.tool_version = "1.14.42";
  found.last_installation = Installation{before(hours{50}), "bash 5.1-2"};
  found.metadata.checked_at = before(hours{1});
  found.updates.push_back(update("bash", Classification::bugfix));
  return found;
}

}  // namespace

Time sample_now() {
  return *parse_time("2026-11-24T06:37:27Z");
}
Time before(seconds age) {
  return sample_now() - age;
}

Update update(const std::string& name, Classification classification, UpdateState state) {
  Update made;
  made.name = name;
  made.arch = "amd64";
  made.patch_id = name + ":amd64";
  made.installed_version = "1.0-1";
  made.version = "1.0-2";
  made.classifications = {classification};
  made.state = state;
  made.repository = "http://deb.example.org/debian bookworm/main";
  made.origin = "Debian";
  return made;
}

Findings& findings_of(Assessment& assessment) {
  return std::get<Findings>(assessment.sources.at(0).outcome);
}

Assessment machine(std::vector<Update> updates) {
  Assessment made;
  made.activity_id = "6f1c4a52-3f0e-4d1b-9a53-0d5f0d0f9a11";
  made.started = before(seconds{1});
  made.last_modified = sample_now();
  made.agent_version = "0.1.0";
  made.interval = std::chrono::hours{6};
  made.state_hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  made.host.id = "7b1d3a0c";
  made.host.hostname = "web-1";
  made.host.arch = "amd64";
  made.host.kernel_running = "6.1.0-18-amd64";
  made.host.os.id = "debian";
  made.host.os.version_id = "12";
  made.host.os.codename = "bookworm";
  made.host.os.name = "Debian GNU/Linux 12 (bookworm)";
  made.host.os.end_of_support = parse_time("2028-06-30T00:00:00Z");
  made.host.os.end_of_support_source = "distro-info-data";
  made.reboot_pending = false;
  Findings found;
  found.tool = "patchstate-apt-probe";
  found.updates = std::move(updates);
  found.metadata.checked_at = before(hours{3});
  found.metadata.checked_evidence = "ctime of the InRelease files";
  found.metadata.repositories.push_back(sample_repository());
  made.sources.push_back({"apt", PatchService::APT, milliseconds{31}, std::move(found)});
  return made;
}

Assessment compliant() {
  return judged(machine({}));
}

Assessment only_others() {
  std::vector<Update> updates;
  for (const auto& row : kOther) updates.push_back(from_row(row, Classification::other));
  return judged(machine(std::move(updates)));
}

Assessment noncompliant() {
  std::vector<Update> updates;
  for (const auto& row : kOther) updates.push_back(from_row(row, Classification::other));
  for (const auto& row : kSecurity) {
    updates.push_back(from_row(row, Classification::security));
    updates.back().first_seen = before(hours{24 * 12});
  }
  updates[4].state = UpdateState::held;
  updates[4].state_reason = "marked with apt-mark hold";
  updates[5].state = UpdateState::phased;
  updates[5].state_reason = "phased: 30 % of machines get it now, this one gets it later";
  updates[9].severity = Severity::critical;
  updates[9].vendor_severity = "Critical";
  updates[9].cves = {"CVE-2026-0001", "CVE-2026-0002"};
  updates[9].advisories = {{"DSA-6001-1", Classification::security, Severity::critical, before(hours{24 * 13}),
                            "https://security.example.org/DSA-6001-1"}};
  updates[10].cves = {"CVE-2026-0001"};
  updates[8].state = UpdateState::installed_pending_reboot;
  updates.push_back(update("example-browser", Classification::unknown));
  updates.back().origin = "Example LLC";
  Assessment made = machine(std::move(updates));
  made.reboot_pending = true;
  made.reboot_reasons = {
      {"kernel", "the running kernel 6.1.0-18-amd64 is older than the installed 6.1.0-25-amd64", Strength::strong},
      {"deleted_libraries", "23 processes use libraries that are deleted: sshd, cron, systemd-logind", Strength::weak}};
  return judged(std::move(made));
}

Assessment failed() {
  Assessment made = machine({});
  made.reboot_pending = std::nullopt;
  made.sources[0].outcome =
      Failure{FailureKind::timed_out, "", "patchstate-apt-probe did not finish within 60 s and was stopped"};
  return judged(std::move(made));
}

Assessment partly_failed() {
  Assessment made = machine({update("openssl", Classification::security)});
  made.sources.push_back({"zypper", PatchService::Zypper, milliseconds{4},
                          Failure{FailureKind::locked, "7", "zypper is locked by process 4711 (/usr/bin/zypper)"}});
  return judged(std::move(made));
}

Assessment stale() {
  Assessment made = machine({});
  findings_of(made).metadata.checked_at = before(hours{24 * 12});
  return judged(std::move(made));
}

Assessment no_source() {
  Assessment made = machine({});
  made.sources.clear();
  made.warnings.push_back({"no_collector", "no package manager that patchstate knows was found", "", true});
  return judged(std::move(made));
}

Assessment everything() {
  Update full = update("openssl", Classification::security);
  full.installed_version = "3.0.15-1~deb12u1";
  full.version = "1:3.0.17-1~deb12u2";
  full.source_package = "openssl-source";
  full.source_version = "3.0.17-1~deb12u2+s";
  full.purl = "pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=amd64";
  full.kb_id = "KB5031234";
  full.classifications = {Classification::security, Classification::rollup};
  full.severity = Severity::important;
  full.vendor_severity = "High";
  full.state = UpdateState::kept_back;
  full.state_reason = "a dependency is missing";
  full.evidence = "3.0.16-1 is in bookworm-security";
  full.reboot_behavior = RebootBehavior::can_request_reboot;
  full.advisories = {{"DSA-6001-1", Classification::security, Severity::low, before(hours{50}),
                      "https://security.example.org/DSA-6001-1"}};
  full.cves = {"CVE-2026-0001", "CVE-2026-0002"};
  full.origin = "Debian-Security";
  full.size_bytes = 1'431'344;
  full.published = before(hours{49});
  full.first_seen = before(hours{48});
  Assessment made = machine({full});
  auto& found = findings_of(made);
  found.tool_version = "2.6.1";
  found.metadata.published_at = before(hours{9});
  found.metadata.missing_advisory_data = {"https://dl.example.org stable/main"};
  found.warnings = {{"dpkg_interrupted", "dpkg was interrupted; run dpkg --configure -a", "dpkg", false}};
  made.sources.push_back({"zypper", PatchService::Zypper, milliseconds{2}, other_source()});
  made.sources.push_back(
      {"dnf", PatchService::YUM, milliseconds{60'000}, Failure{FailureKind::tool_failed, "200", "dnf is locked"}});
  made.warnings = {{"clock", "the clock was set back", "clock", true}};
  made.reboot_pending = true;
  made.reboot_reasons = {{"kernel", "6.1.0-18 runs, 6.1.0-25 is installed", Strength::strong}};
  made.host.os.id_like = {"debian", "linux"};
  made.host.kernel_installed = "6.1.0-25-amd64";
  made.host.boot_time = before(hours{1000});
  made.host.virtualization = "hyperv";
  made.host.container = true;
  made.host.cloud =
      Cloud{"azure", "/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-1"};
  return judged(std::move(made));
}

Assessment hostile() {
  Update bad = update(evil("name"), Classification::security);
  bad.patch_id = evil("id");
  bad.version = evil("version");
  bad.installed_version = evil("installed");
  bad.vendor_severity = evil("severity");
  bad.origin = evil("origin");
  bad.repository = evil("repository");
  bad.advisories = {{evil("advisory"), Classification::security, Severity::critical, std::nullopt, evil("url")}};
  bad.cves = {evil("cve")};
  Update kept = bad;
  kept.patch_id = evil("kept");
  kept.state = UpdateState::held;
  kept.state_reason = evil("reason");
  Assessment made = machine({bad, kept});
  findings_of(made).warnings = {{evil("code"), evil("message"), evil("subject"), true}};
  made.host.hostname = evil("host");
  made.host.os.name = evil("os");
  made.reboot_reasons = {{evil("source"), evil("evidence"), Strength::strong}};
  made.sources.push_back({evil("source"), PatchService::unknown, milliseconds{1},
                          Failure{FailureKind::unparseable, evil("error"), evil("failure")}});
  return judged(std::move(made));
}

std::map<std::string, Assessment> all_samples() {
  return {{"compliant", compliant()}, {"only_others", only_others()},     {"noncompliant", noncompliant()},
          {"failed", failed()},       {"partly_failed", partly_failed()}, {"stale", stale()},
          {"no_source", no_source()}, {"everything", everything()},       {"hostile", hostile()}};
}

}  // namespace patchstate::test
