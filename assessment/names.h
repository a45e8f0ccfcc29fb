// SPDX-License-Identifier: Apache-2.0
// The closed vocabularies of an assessment. Each enumerator is spelt in C++ exactly as it is in JSON; each enum starts
// with the value that claims least, so that a value nobody set never reads as good news.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace patchstate {

enum class Classification {
  unknown,
  critical,
  security,
  definition,
  rollup,
  bugfix,
  enhancement,
  feature,
  driver,
  other
};

/// `unknown` is "nobody said"; `none` is "the vendor said it has none". They are never merged.
enum class Severity { unknown, none, low, moderate, important, critical };

/// Why an update is, or is not, going to be installed by the machine's own next full upgrade.
enum class UpdateState {
  installable,
  held,
  phased,
  kept_back,
  excluded,
  blocked_by_pin,
  needs_subscription,
  hidden,
  optional,
  superseded,
  installed_pending_reboot
};

enum class RebootBehavior { unknown, never_reboots, can_request_reboot, always_requires_reboot };

/// What answered on this machine; the words are Azure Update Manager's, hence not snake_case.
enum class PatchService { unknown, WU, WU_WSUS, APT, YUM, Zypper };

/// Each kind exists because somebody does something different about it (design §6).
enum class FailureKind {
  internal,
  tool_missing,
  timed_out,
  locked,
  permission_denied,
  unreachable,
  tool_failed,
  unparseable,
  disabled,
  unsupported
};

enum class Strength { weak, strong };

/// `failed`: no source answered. `partial`: some answer is missing or may be incomplete.
enum class Status { failed, partial, succeeded };

/// State of one configured repository, as far as this machine knows.
enum class RepositoryState { unknown, ok, never_fetched, expired, unreadable };

enum class VerdictValue { unknown, noncompliant, compliant };

/// Text of an enumerator as it stands in JSON.
std::string_view to_text(Classification value);
std::string_view to_text(Severity value);
std::string_view to_text(UpdateState value);
std::string_view to_text(RebootBehavior value);
std::string_view to_text(PatchService value);
std::string_view to_text(FailureKind value);
std::string_view to_text(Strength value);
std::string_view to_text(Status value);
std::string_view to_text(RepositoryState value);
std::string_view to_text(VerdictValue value);

/// The enumerator with that text, or nullopt. Readers of the wire turn nullopt into the enum's first value.
template <class Enum>
std::optional<Enum> from_text(std::string_view text);

/// Every enumerator in declaration order (schema, tests, help texts).
template <class Enum>
std::span<const Enum> all_values();

}  // namespace patchstate
