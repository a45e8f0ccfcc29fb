// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_errors.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "collectors/windows_update/windows_update_error_tables.h"

namespace patchstate::windows_update {
namespace {

struct Treatment {
  Remedy remedy;
  FailureKind kind;
  bool retry_soon;
  std::string_view advice;
};

constexpr auto kTreatments = std::to_array<Treatment>({
    {Remedy::report, FailureKind::tool_failed, false,
     "`Get-WindowsUpdateLog` in PowerShell shows what the agent did; if it comes again, look the code up there"},
    {Remedy::nothing, FailureKind::tool_failed, false, "there is nothing to do"},
    {Remedy::again, FailureKind::tool_failed, true, "it mostly goes away by itself: check again later"},
    {Remedy::busy, FailureKind::locked, true, "wait until the other one is through, then check again"},
    {Remedy::network, FailureKind::unreachable, true,
     "see that this machine resolves and reaches its update server (`netsh winhttp show proxy`, DNS, firewall)"},
    {Remedy::server, FailureKind::unreachable, true, "the server has trouble: look at it if it is your WSUS, or wait"},
    {Remedy::server_old, FailureKind::unsupported, false, "bring the WSUS server up to date"},
    {Remedy::refused, FailureKind::unreachable, false,
     "see that the addresses of the update server and of the proxy (`netsh winhttp show proxy`) are right and that "
     "they "
     "let this machine in"},
    {Remedy::configure, FailureKind::disabled, false,
     "set WUServer below HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate to the URL of the WSUS server, or "
     "UseWUServer to 0"},
    {Remedy::policy, FailureKind::disabled, false,
     "`gpresult /h` shows which policy says so; take it away if that is not meant"},
    {Remedy::disabled, FailureKind::disabled, false,
     "let the Windows Update service start (`sc config wuauserv start= demand`), and those it depends on"},
    {Remedy::rights, FailureKind::permission_denied, false, "check as an administrator, or let the service do it"},
    {Remedy::trust, FailureKind::tool_failed, false,
     "see that the machine's clock is right and that it trusts the authority of the update server's certificate"},
    {Remedy::store, FailureKind::tool_failed, false,
     "if it comes again, the agent's database is damaged: stop wuauserv, rename %SystemRoot%\\SoftwareDistribution, "
     "and "
     "check again"},
    {Remedy::package, FailureKind::tool_failed, false,
     "download wsusscn2.cab anew and name it by a path on a local disk"},
    {Remedy::outdated, FailureKind::unsupported, false, "install the current Windows Update Agent, then check again"},
    {Remedy::repair, FailureKind::tool_failed, false,
     "`DISM /Online /Cleanup-Image /RestoreHealth`, then `sfc /scannow`, mend what is damaged"},
    {Remedy::missing, FailureKind::tool_missing, false,
     "this installation lacks Windows Update: `sfc /scannow` brings it back where it was removed"},
    {Remedy::unsupported, FailureKind::unsupported, false, "this Windows can't be asked that way"},
    {Remedy::reboot, FailureKind::tool_failed, false, "restart the machine, then check again"},
    {Remedy::memory, FailureKind::tool_failed, false,
     "give the machine more memory, or check when less of it is in use"},
    {Remedy::install, FailureKind::tool_failed, false,
     "it is about downloading or installing; check again when that is through"},
    {Remedy::ours, FailureKind::internal, false, "this is a fault of patchstate: please report it"},
});

const Treatment& treatment(Remedy remedy) {
  return kTreatments[static_cast<std::size_t>(remedy)];
}

constexpr bool is_in_order() {
  for (std::size_t at = 0; at < kTreatments.size(); ++at)
    if (static_cast<std::size_t>(kTreatments[at].remedy) != at) return false;
  return kTreatments.back().remedy == Remedy::ours;
}
static_assert(is_in_order(), "each remedy has its treatment, at its own place");

const ErrorEntry* find(ErrorCode code) {
  for (const auto& table : {agent_errors(), server_errors(), store_errors(), service_errors(), windows_errors()}) {
    const auto at = std::lower_bound(table.begin(), table.end(), code,
                                     [](const ErrorEntry& entry, ErrorCode wanted) { return entry.code < wanted; });
    if (at != table.end() && at->code == code) return &*at;
  }
  return nullptr;
}

constexpr ErrorCode kWin32 = 7;
constexpr ErrorCode kHttp = 25;

/// Bits 16 to 28 of an HRESULT say whose it is.
constexpr ErrorCode facility(ErrorCode code) {
  return (code >> 16U) & 0x1FFFU;
}

std::string_view facility_in_words(ErrorCode code) {
  struct Facility {
    ErrorCode number;
    std::string_view words;
  };
  constexpr auto kFacilities = std::to_array<Facility>({{0, "COM"},
                                                        {1, "remote procedure calls"},
                                                        {2, "COM automation"},
                                                        {3, "storage"},
                                                        {4, "an interface of its own"},
                                                        {kWin32, "Win32"},
                                                        {8, "Windows"},
                                                        {9, "the security packages"},
                                                        {10, "the service controls"},
                                                        {11, "certificates and trust"},
                                                        {12, "the internet client"},
                                                        {15, "setup and component servicing"},
                                                        {19, ".NET"},
                                                        {kHttp, "HTTP"},
                                                        {32, "the Background Intelligent Transfer Service (BITS)"},
                                                        {36, "Windows Update"},
                                                        {208, "Delivery Optimization"}});
  const auto* const found = std::find_if(kFacilities.begin(), kFacilities.end(),
                                         [&](const Facility& one) { return one.number == facility(code); });
  return found == kFacilities.end() ? std::string_view("a facility that is not known") : found->words;
}

std::string hexadecimal(ErrorCode code) {
  return fmt::format("0x{:08X}", code);
}

/// By the facility alone; Win32 and HTTP keep numbers of their own in the lower half.
Explanation unknown(ErrorCode code) {
  Explanation all;
  all.name = hexadecimal(code);
  const bool failed = (code & 0x80000000U) != 0;
  const ErrorCode number = code & 0xFFFFU;
  if (failed && facility(code) == kWin32)
    all.sentence = fmt::format("an error of Win32 without a known name (number {})", number);
  else if (failed && facility(code) == kHttp && number >= 100 && number < 600)
    all.sentence = fmt::format("the server answered with HTTP status {}", number);
  else
    all.sentence = fmt::format("{} of {} without a known name", failed ? "an error" : "a code of success",
                               facility_in_words(code));
  const bool http = failed && facility(code) == kHttp;
  const auto& what = treatment(!http ? Remedy::report : number >= 500 ? Remedy::server : Remedy::refused);
  all.advice = what.advice;
  all.kind = what.kind;
  all.retry_soon = what.retry_soon;
  return all;
}

}  // namespace

Explanation explain(ErrorCode code) {
  const auto* const entry = find(code);
  if (entry == nullptr) return unknown(code);
  const auto& what = treatment(entry->remedy);
  return {.name = std::string(entry->name),
          .sentence = std::string(entry->sentence),
          .advice = std::string(what.advice),
          .kind = what.kind,
          .retry_soon = what.retry_soon,
          .known = true};
}

std::string description(ErrorCode code) {
  const auto all = explain(code);
  return all.known ? fmt::format("{} ({}): {}", all.name, hexadecimal(code), all.sentence)
                   : fmt::format("{}: {}", all.name, all.sentence);
}

std::vector<ErrorCode> known_codes() {
  std::vector<ErrorCode> codes;
  for (const auto& table : {agent_errors(), server_errors(), store_errors(), service_errors(), windows_errors()})
    for (const auto& entry : table) codes.push_back(entry.code);
  return codes;
}

}  // namespace patchstate::windows_update
