// SPDX-License-Identifier: Apache-2.0
#include "assessment/names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace patchstate {
namespace {

template <class Enum>
struct Name {
  Enum value;
  std::string_view text;
};

constexpr auto kClassifications = std::to_array<Name<Classification>>({
    {Classification::unknown, "unknown"},
    {Classification::critical, "critical"},
    {Classification::security, "security"},
    {Classification::definition, "definition"},
    {Classification::rollup, "rollup"},
    {Classification::bugfix, "bugfix"},
    {Classification::enhancement, "enhancement"},
    {Classification::feature, "feature"},
    {Classification::driver, "driver"},
    {Classification::other, "other"},
});

constexpr auto kSeverities = std::to_array<Name<Severity>>({
    {Severity::unknown, "unknown"},
    {Severity::none, "none"},
    {Severity::low, "low"},
    {Severity::moderate, "moderate"},
    {Severity::important, "important"},
    {Severity::critical, "critical"},
});

constexpr auto kUpdateStates = std::to_array<Name<UpdateState>>({
    {UpdateState::installable, "installable"},
    {UpdateState::held, "held"},
    {UpdateState::phased, "phased"},
    {UpdateState::kept_back, "kept_back"},
    {UpdateState::excluded, "excluded"},
    {UpdateState::blocked_by_pin, "blocked_by_pin"},
    {UpdateState::needs_subscription, "needs_subscription"},
    {UpdateState::hidden, "hidden"},
    {UpdateState::optional, "optional"},
    {UpdateState::superseded, "superseded"},
    {UpdateState::installed_pending_reboot, "installed_pending_reboot"},
});

constexpr auto kRebootBehaviors = std::to_array<Name<RebootBehavior>>({
    {RebootBehavior::unknown, "unknown"},
    {RebootBehavior::never_reboots, "never_reboots"},
    {RebootBehavior::can_request_reboot, "can_request_reboot"},
    {RebootBehavior::always_requires_reboot, "always_requires_reboot"},
});

constexpr auto kPatchServices = std::to_array<Name<PatchService>>({
    {PatchService::unknown, "unknown"},
    {PatchService::WU, "WU"},
    {PatchService::WU_WSUS, "WU-WSUS"},
    {PatchService::APT, "APT"},
    {PatchService::YUM, "YUM"},
    {PatchService::Zypper, "Zypper"},
});

constexpr auto kFailureKinds = std::to_array<Name<FailureKind>>({
    {FailureKind::internal, "internal"},
    {FailureKind::tool_missing, "tool_missing"},
    {FailureKind::timed_out, "timed_out"},
    {FailureKind::locked, "locked"},
    {FailureKind::permission_denied, "permission_denied"},
    {FailureKind::unreachable, "unreachable"},
    {FailureKind::tool_failed, "tool_failed"},
    {FailureKind::unparseable, "unparseable"},
    {FailureKind::disabled, "disabled"},
    {FailureKind::unsupported, "unsupported"},
});

constexpr auto kStrengths = std::to_array<Name<Strength>>({
    {Strength::weak, "weak"},
    {Strength::strong, "strong"},
});

constexpr auto kStatuses = std::to_array<Name<Status>>({
    {Status::failed, "failed"},
    {Status::partial, "partial"},
    {Status::succeeded, "succeeded"},
});

constexpr auto kRepositoryStates = std::to_array<Name<RepositoryState>>({
    {RepositoryState::unknown, "unknown"},
    {RepositoryState::ok, "ok"},
    {RepositoryState::never_fetched, "never_fetched"},
    {RepositoryState::expired, "expired"},
    {RepositoryState::unreadable, "unreadable"},
});

constexpr auto kVerdictValues = std::to_array<Name<VerdictValue>>({
    {VerdictValue::unknown, "unknown"},
    {VerdictValue::noncompliant, "noncompliant"},
    {VerdictValue::compliant, "compliant"},
});

template <class Enum>
constexpr const auto& table() {
  if constexpr (std::is_same_v<Enum, Classification>)
    return kClassifications;
  else if constexpr (std::is_same_v<Enum, Severity>)
    return kSeverities;
  else if constexpr (std::is_same_v<Enum, UpdateState>)
    return kUpdateStates;
  else if constexpr (std::is_same_v<Enum, RebootBehavior>)
    return kRebootBehaviors;
  else if constexpr (std::is_same_v<Enum, PatchService>)
    return kPatchServices;
  else if constexpr (std::is_same_v<Enum, FailureKind>)
    return kFailureKinds;
  else if constexpr (std::is_same_v<Enum, Strength>)
    return kStrengths;
  else if constexpr (std::is_same_v<Enum, Status>)
    return kStatuses;
  else if constexpr (std::is_same_v<Enum, RepositoryState>)
    return kRepositoryStates;
  else
    return kVerdictValues;
}

/// Looking a text up by the enumerator's number is right only while each table is in declaration order, without a gap.
template <class Enum>
constexpr bool in_declaration_order() {
  for (std::size_t i = 0; i < table<Enum>().size(); ++i)
    if (static_cast<std::size_t>(table<Enum>()[i].value) != i) return false;
  return true;
}

/// A number that is no enumerator reads as the first one, which claims least.
template <class Enum>
std::string_view text_of(Enum value) {
  static_assert(in_declaration_order<Enum>());
  const auto at = static_cast<std::size_t>(value);
  return at < table<Enum>().size() ? table<Enum>()[at].text : table<Enum>()[0].text;
}

template <class Enum>
constexpr auto values_of() {
  std::array<Enum, std::tuple_size_v<std::remove_cvref_t<decltype(table<Enum>())>>> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = table<Enum>()[i].value;
  return values;
}

}  // namespace

std::string_view to_text(Classification value) {
  return text_of(value);
}
std::string_view to_text(Severity value) {
  return text_of(value);
}
std::string_view to_text(UpdateState value) {
  return text_of(value);
}
std::string_view to_text(RebootBehavior value) {
  return text_of(value);
}
std::string_view to_text(PatchService value) {
  return text_of(value);
}
std::string_view to_text(FailureKind value) {
  return text_of(value);
}
std::string_view to_text(Strength value) {
  return text_of(value);
}
std::string_view to_text(Status value) {
  return text_of(value);
}
std::string_view to_text(RepositoryState value) {
  return text_of(value);
}
std::string_view to_text(VerdictValue value) {
  return text_of(value);
}

template <class Enum>
std::optional<Enum> from_text(std::string_view text) {
  const auto& names = table<Enum>();
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.text == text; });
  if (found == names.end()) return std::nullopt;
  return found->value;
}

template <class Enum>
std::span<const Enum> all_values() {
  static constexpr auto kValues = values_of<Enum>();
  return kValues;
}

template std::optional<Classification> from_text(std::string_view);
template std::optional<Severity> from_text(std::string_view);
template std::optional<UpdateState> from_text(std::string_view);
template std::optional<RebootBehavior> from_text(std::string_view);
template std::optional<PatchService> from_text(std::string_view);
template std::optional<FailureKind> from_text(std::string_view);
template std::optional<Strength> from_text(std::string_view);
template std::optional<Status> from_text(std::string_view);
template std::optional<RepositoryState> from_text(std::string_view);
template std::optional<VerdictValue> from_text(std::string_view);

template std::span<const Classification> all_values();
template std::span<const Severity> all_values();
template std::span<const UpdateState> all_values();
template std::span<const RebootBehavior> all_values();
template std::span<const PatchService> all_values();
template std::span<const FailureKind> all_values();
template std::span<const Strength> all_values();
template std::span<const Status> all_values();
template std::span<const RepositoryState> all_values();
template std::span<const VerdictValue> all_values();

}  // namespace patchstate
