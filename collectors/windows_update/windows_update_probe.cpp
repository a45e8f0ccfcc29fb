// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe.h"

#include <charconv>
#include <string_view>

#include "collectors/windows_update/windows_update_probe_json.h"
#include "collectors/windows_update/windows_update_probe_policy.h"
#include "collectors/windows_update/windows_update_probe_search.h"
#include "collectors/windows_update/windows_update_probe_services.h"

namespace patchstate::windows_update {
namespace {

constexpr int kNotUnderstood = 64;
constexpr int kNotWritten = 2;
/// Titles and names in English (United States), whatever the machine's language.
constexpr LCID kLocale = 1033;
constexpr int kLongestDeadline = 86'400;  ///< seconds

/// One thread, without a message loop; wuapi's classes are made for either kind.
void enter_com(Snapshot& snapshot) {
  Reader read(snapshot.problems);
  read.succeeded(CoInitializeEx(nullptr, COINIT_MULTITHREADED), "CoInitializeEx");
  read.succeeded(CoInitializeSecurity(nullptr, -1, nullptr, nullptr, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                                      RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_NONE, nullptr),
                 "CoInitializeSecurity");
}

void introduce(IUpdateSession& session, Snapshot& snapshot) {
  Reader read(snapshot.problems);
  const Bstr name(L"patchstate");
  read.succeeded(session.put_ClientApplicationID(name.get()), "IUpdateSession.ClientApplicationID");
  if (const auto second = later<IUpdateSession2>(session, "IUpdateSession2", snapshot.missing_interfaces))
    read.succeeded(second->put_UserLocale(kLocale), "IUpdateSession2.UserLocale");
}

/// Null: snapshot.search says what failed.
ComPtr<IUpdateSearcher> make_searcher(ComPtr<IUpdateSession>& session, Snapshot& snapshot) {
  ComPtr<IUpdateSearcher> searcher;
  HRESULT result = create(__uuidof(UpdateSession), session);
  snapshot.search.failed_call = "UpdateSession";
  if (SUCCEEDED(result)) {
    introduce(*session.Get(), snapshot);
    result = session->CreateUpdateSearcher(searcher.GetAddressOf());
    snapshot.search.failed_call = "IUpdateSession.CreateUpdateSearcher";
  }
  if (FAILED(result)) {
    snapshot.search.error = error_code(result);
    return nullptr;
  }
  snapshot.search.failed_call.clear();
  return searcher;
}

std::wstring wide(std::string_view text) {
  const int length = static_cast<int>(text.size());
  const int size = MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0);
  std::wstring converted(static_cast<std::size_t>(size), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), length, converted.data(), size);
  return converted;
}

bool read_deadline(std::string_view text, ProbeOptions& options) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  options.deadline = std::chrono::seconds(seconds);
  return error == std::errc{} && end == text.data() + text.size() && seconds > 0 && seconds <= kLongestDeadline;
}

/// nullopt: not understood.
std::optional<ProbeOptions> read_options(std::span<const std::string> arguments) {
  ProbeOptions options;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view argument = arguments[at];
    const bool has_value = at + 1 < arguments.size();
    if (argument == "--system") {
      options.searches = false;
    } else if (argument == "--deadline" && has_value) {
      if (!read_deadline(arguments[++at], options)) return std::nullopt;
    } else if (argument == "--offline-cab" && has_value) {
      options.offline_cab = wide(arguments[++at]);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

Snapshot ask_windows_update(const ProbeOptions& options) {
  Snapshot snapshot;
  snapshot.policy = read_update_policy(snapshot.problems);
  enter_com(snapshot);
  read_agent(snapshot);
  Services services(snapshot);
  services.read();
  ComPtr<IUpdateSession> session;
  const auto searcher = make_searcher(session, snapshot);
  if (!searcher) return snapshot;
  read_history(*searcher.Get(), snapshot);
  if (!options.searches) return snapshot;
  SearchTarget target;
  if (!options.offline_cab.empty()) {
    target = {ssOthers, services.add_scan_package(options.offline_cab)};
    if (target.service_id.empty()) return snapshot;
  }
  search(*session.Get(), *searcher.Get(), target, options.deadline, snapshot);
  return snapshot;
}

int run_windows_update_probe(std::span<const std::string> arguments, std::FILE* out) {
  const auto options = read_options(arguments);
  if (!options) {
    std::fputs("usage: patchstate windows-update-probe [--deadline SECONDS] [--offline-cab FILE] [--system]\n", stderr);
    return kNotUnderstood;
  }
  const Snapshot snapshot = ask_windows_update(*options);
  const std::string text = snapshot_json(snapshot);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), out) == text.size() && std::fputc('\n', out) != EOF &&
      std::fflush(out) == 0;
  const int exit_code = written ? 0 : kNotWritten;
  // Threads of the agent's may still be in its search: nothing of it is unloaded, which would wait for them.
  if (snapshot.search.timed_out) TerminateProcess(GetCurrentProcess(), static_cast<UINT>(exit_code));
  return exit_code;
}

}  // namespace patchstate::windows_update
