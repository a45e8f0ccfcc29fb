// SPDX-License-Identifier: Apache-2.0
// WHAT WE KNOW: the state of one host at one moment. Plain structs; "the report" is the JSON of an Assessment
// (assessment_json.h), there is no second report type. Every string is valid UTF-8 once it is in here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "assessment/names.h"

namespace patchstate {

/// UTC, whole seconds: what the wire carries.
using Time = std::chrono::sys_seconds;

struct Advisory {
  std::string id;  ///< the vendor's own: DSA-5432-1, RHSA-2026:1234, USN-…
  Classification type = Classification::unknown;
  Severity severity = Severity::unknown;
  std::optional<Time> issued;
  std::string url;
};

struct Update {
  std::string
      patch_id;  ///< unique within its source and stable between runs: apt `name:arch`, Windows `UpdateID.revision`
  std::string name;
  std::string version;            ///< candidate version, whole, with epoch
  std::string installed_version;  ///< empty: a new package that a pending update pulls in
  std::string arch;
  std::string source_package;  ///< name of the source package, for joins with vendor trackers
  std::string source_version;
  std::string purl;
  std::string kb_id;
  std::vector<Classification>
      classifications;  ///< never empty after judging; `unknown` where security can't be told from other
  Severity severity = Severity::unknown;
  std::string vendor_severity;  ///< the vendor's own word, empty when there is none
  UpdateState state = UpdateState::installable;
  std::string state_reason;  ///< why it is in a state other than installable, for a person
  std::string evidence;      ///< why it is (or isn't) classified as security: version and repository that say so
  RebootBehavior reboot_behavior = RebootBehavior::unknown;
  std::vector<Advisory> advisories;
  std::vector<std::string> cves;
  std::string repository;  ///< where the candidate comes from: "http://deb.example.org/debian bookworm/main"
  std::string origin;      ///< who publishes it: "Debian-Security", "UbuntuESM"
  std::optional<std::int64_t> size_bytes;
  std::optional<Time> published;
  std::optional<Time> first_seen;  ///< first assessment of this host that saw this version pending
};

/// Something a reader of the findings must know. `incomplete` says what it costs: true when updates may be missing from
/// the list because of it, so that the verdict can't be `compliant`.
struct Warning {
  std::string code;  ///< snake_case, stable: never_fetched, metadata_expired, source_unreadable, dpkg_interrupted, …
  std::string message;  ///< what happened, and what to do
  std::string subject;  ///< the repository, package or file it is about; empty when it is about all
  bool incomplete = false;
};

struct Repository {
  std::string name;  ///< "URI suite/component"; credentials masked
  RepositoryState state = RepositoryState::unknown;
  std::optional<Time> checked_at;    ///< last successful check against the server
  std::optional<Time> published_at;  ///< the vendor's own date of the metadata
  std::optional<Time> valid_until;
  bool security = false;  ///< carries security updates by its own declaration
};

struct Metadata {
  std::optional<Time> checked_at;  ///< oldest last successful check of all repositories; nullopt: no trace of any
  std::string checked_evidence;    ///< what checked_at was read from, in words ("ctime of the InRelease files, …")
  std::optional<Time> published_at;
  std::vector<Repository> repositories;
  std::vector<std::string>
      missing_advisory_data;  ///< repositories of pending updates that don't tell security from other
};

struct RebootReason {
  std::string source;    ///< kernel, reboot_required_file, deleted_libraries, …
  std::string evidence;  ///< what was seen
  Strength strength = Strength::weak;
};

/// What was installed last, as far as the source keeps a history.
struct Installation {
  Time at{};
  std::string name;  ///< empty: not known
};

/// What one source said.
struct Findings {
  std::vector<Update> updates;
  Metadata metadata;
  std::vector<Warning> warnings;
  std::string tool;  ///< what answered, if not the source's default: "patchstate-apt-probe"
  std::string tool_version;
  PatchService service = PatchService::unknown;   ///< if not what the source's name says: Windows Update or WSUS
  std::optional<Installation> last_installation;  ///< that succeeded; nullopt: the source does not tell
  std::string digest;  ///< hash of state_text(*this), kept by who asks again and again; empty: not made
};

/// Why one source could not say anything. It has no list to be empty.
struct Failure {
  FailureKind kind = FailureKind::internal;
  std::string error_code;  ///< the tool's own (exit code, HRESULT name), empty when there is none
  std::string message = "nothing was reported";
  bool may_pass = false;  ///< the same question may be answered in a while, without anybody's doing; not on the wire
};

struct SourceReport {
  std::string name;  ///< apt, dnf, zypper, windows_update
  PatchService service = PatchService::unknown;
  std::chrono::milliseconds duration{0};
  std::variant<Failure, Findings> outcome;  ///< Failure is first: a report nobody filled in is a failed one
};

struct OperatingSystem {
  std::string id;  ///< os-release ID: debian, ubuntu, rhel, sles, windows
  std::vector<std::string> id_like;
  std::string version_id;  ///< empty on rolling releases
  std::string codename;
  std::string name;                    ///< PRETTY_NAME
  std::optional<Time> end_of_support;  ///< end of the vendor's security updates as they reach this machine
  std::string end_of_support_source;   ///< where that date comes from; empty when there is no date
};

struct Cloud {
  std::string provider;     ///< azure, aws, gcp
  std::string resource_id;  ///< the cloud's own full id, empty when the metadata service did not tell
};

struct Host {
  std::string id;  ///< application-specific hash of the machine id; empty when the machine has none
  std::string hostname;
  OperatingSystem os;
  std::string arch;              ///< the package world's word: amd64, x86_64
  std::string kernel_running;    ///< empty when another root than the running system is assessed
  std::string kernel_installed;  ///< newest installed; empty when none is
  std::optional<Time> boot_time;
  std::string virtualization;  ///< none, kvm, hyperv, lxc, docker, …; empty: not known
  bool container = false;
  std::optional<Cloud> cloud;
};

struct Reason {
  std::string code;
  std::string message;
};

struct Verdict {
  VerdictValue value = VerdictValue::unknown;
  std::vector<Reason> reasons;  ///< never empty after judging
};

struct Assessment {
  std::string activity_id;  ///< UUID; the key by which delivery is idempotent
  Time started{};
  Time last_modified{};
  Host host;
  std::vector<SourceReport> sources;
  std::optional<bool> reboot_pending;  ///< nullopt: not known
  std::vector<RebootReason> reboot_reasons;
  std::vector<Warning> warnings;  ///< about the host as a whole (no collector fits, clock, …)
  Verdict verdict;
  std::string agent_version;
  std::optional<std::chrono::seconds> interval;  ///< how often this host reports; nullopt: only when somebody asks
  std::string state_hash;  ///< of what it says, without what differs from run to run (state_text); empty: not made
};

struct Counts {
  int critical_and_security = 0;     ///< pending (installable or waiting for a reboot) and critical or security
  int other = 0;                     ///< pending, classified, and neither
  int unclassified = 0;              ///< pending, and nobody can tell
  int not_installable_security = 0;  ///< critical or security in any other state: shown apart, never dropped
  int not_installable_other = 0;
};

/// What a failure of this kind mostly does, if nothing better is known: whether it passes by itself.
bool mostly_passes(FailureKind kind);
bool is_pending(const Update& update);   ///< state is installable or installed_pending_reboot
bool is_security(const Update& update);  ///< classified security or critical
bool is_unclassified(const Update& update);
Counts count(const Assessment& assessment);
/// No source at all, or every source failed: failed. A failed source beside others, or an incomplete one: partial.
Status status_of(const SourceReport& source);
Status status_of(const Assessment& assessment);
/// What findings say, as a text that is equal for two runs between which nothing changed: without when the metadata was
/// last checked.
std::string state_text(const Findings& findings);
/// The same of an assessment, without its id, times, durations and how many processes a reboot would help. The digest
/// stands for the findings of each source, so every one of them must have its own.
std::string state_text(const Assessment& assessment);
/// All updates of all sources, most urgent first: pending security, unclassified, other, then those shown apart; then
/// by severity, then by name. Pointers into `assessment`.
std::vector<const Update*> updates_by_urgency(const Assessment& assessment);

}  // namespace patchstate
