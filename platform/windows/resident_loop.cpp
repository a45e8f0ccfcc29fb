// SPDX-License-Identifier: Apache-2.0
#include "platform/resident_loop.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <windows.h>

#include "platform/program_start.h"
#include "platform/service_manager.h"
#include "platform/windows/clocks.h"
#include "platform/windows/file_watch.h"
#include "platform/windows/loop_requests.h"
#include "platform/windows/os_error.h"
#include "platform/windows/process_run.h"
#include "platform/windows/registry_watch.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::string_view kRegistry = "HKLM\\";

/// Runs in a thread of the console's. A service, too, is told when somebody logs off or the system ends; the first is
/// none of its business, the second it hears from the service manager.
BOOL WINAPI take_console_event(DWORD event) {
  if (event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT) return TRUE;
  ::SetEvent(loop_requests().stop.get());
  // A console that is closed gives its process time only until this returns: the main thread ends it.
  if (event == CTRL_CLOSE_EVENT) ::Sleep(INFINITE);
  return TRUE;
}

bool take(const UniqueHandle& request) {
  if (::WaitForSingleObject(request.get(), 0) != WAIT_OBJECT_0) return false;
  ::ResetEvent(request.get());
  return true;
}

/// How far the clocks are apart; each grows or jumps only when something happened.
struct ClockOffsets {
  explicit ClockOffsets(const ClockReading& now) : wall(now.wall - now.boot), suspended(now.boot - now.unbiased) {}
  nanoseconds wall;
  nanoseconds suspended;
};

/// Not before `until`: a wait that ends too early is one more wait.
DWORD timeout_until(milliseconds until) {
  const auto left = until - time_since_boot();
  constexpr milliseconds kLongest = std::chrono::hours{24} * 24;
  return static_cast<DWORD>(std::clamp(left, milliseconds{0}, kLongest).count());
}

}  // namespace

std::chrono::sys_seconds wall_clock() {
  return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(read_clocks().wall));
}

milliseconds time_since_boot() {
  return std::chrono::floor<milliseconds>(read_clocks().boot);
}

std::chrono::microseconds monotonic_time() {
  return std::chrono::floor<std::chrono::microseconds>(read_clocks().unbiased);
}

void hold_signals() {
  // The last one that was set is asked first.
  ::SetConsoleCtrlHandler(take_console_event, FALSE);
  ::SetConsoleCtrlHandler(take_console_event, TRUE);
}

const char* how_to_ask() {
  return "In a console Ctrl-C ends it. The service reads the configuration again after `sc control patchstate\n"
         "paramchange`, and makes a run at once after `sc control patchstate 128`.";
}

struct ResidentLoop::Sources {
  const LoopRequests& requests = loop_requests();
  FileWatch files;
  RegistryWatch registry;
  std::unique_ptr<ProcessRun> run;
  std::optional<ProcessResult> not_started;
  milliseconds begun{0};
  milliseconds deadline{0};
  ClockOffsets offsets{read_clocks()};
  milliseconds fed{0};  ///< since boot

  std::vector<HANDLE> events() const {
    std::vector<HANDLE> all = {requests.stop.get(), requests.reload.get(), requests.run.get(), requests.clocks.get()};
    if (registry.event()) all.push_back(registry.event().get());
    for (auto* const event : files.events()) all.push_back(event);
    if (run)
      for (auto* const event : run->events()) all.push_back(event);
    return all;
  }

  /// The service manager hears of a start that takes long; of nothing else.
  milliseconds feed_watchdog(milliseconds until) {
    const auto period = watchdog_period();
    if (!period) return until;
    const auto now = time_since_boot();
    if (now >= fed + *period) {
      tell_service_manager("WATCHDOG=1");
      fed = now;
    }
    return std::min(until, fed + *period);
  }

  void take_clocks(Happened& happened) {
    const ClockOffsets now(read_clocks());
    happened.clock_moved += std::chrono::duration_cast<milliseconds>(now.wall - offsets.wall);
    happened.slept += std::chrono::duration_cast<milliseconds>(now.suspended - offsets.suspended);
    offsets = now;
  }

  void take_run(Happened& happened) {
    if (not_started) happened.ended = std::exchange(not_started, std::nullopt);
    if (!run) return;
    run->take();
    if (!run->is_over() && time_since_boot() < deadline) return;
    happened.ended = run->finish();
    happened.ended->duration = time_since_boot() - begun;
    run.reset();
  }
};

ResidentLoop::ResidentLoop() {
  hold_signals();
  sources_ = std::make_unique<Sources>();
}

ResidentLoop::~ResidentLoop() {
  if (sources_->run) sources_->run->finish();
}

std::string ResidentLoop::watch(std::vector<std::filesystem::path> paths) {
  const auto is_key = [](const std::filesystem::path& path) { return narrow(path.native()).starts_with(kRegistry); };
  const auto first_key = std::stable_partition(paths.begin(), paths.end(), [&](const auto& p) { return !is_key(p); });
  std::vector<std::wstring> keys;
  for (auto key = first_key; key != paths.end(); ++key) keys.push_back(key->native().substr(kRegistry.size()));
  paths.erase(first_key, paths.end());
  sources_->files.watch(std::move(paths));
  sources_->registry.watch(std::move(keys));
  return sources_->files.problem().empty() ? sources_->registry.problem() : sources_->files.problem();
}

bool ResidentLoop::is_running() const {
  return sources_->run != nullptr || sources_->not_started;
}

void ResidentLoop::start(const Command& command) {
  ProcessResult failed;
  try {
    auto process = start_process(command);
    if (process.error == 0) {
      sources_->run = std::make_unique<ProcessRun>(std::move(process), command.output_cap);
      sources_->begun = time_since_boot();
      sources_->deadline = sources_->begun + command.deadline;
      return;
    }
    failed.start_error = process.error;
  } catch (const std::system_error& error) {
    failed.start_error = error.code().value();  // no more processes: the next run may find some
  }
  sources_->not_started = failed;
}

Happened ResidentLoop::wait(milliseconds until) {
  auto& sources = *sources_;
  if (sources.run) until = std::min(until, sources.deadline);
  if (sources.not_started) until = milliseconds{0};
  Happened happened;
  for (;;) {
    const auto events = sources.events();
    const auto timeout = timeout_until(sources.feed_watchdog(until));
    if (!is_running()) give_back_program_pages();
    if (::WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE, timeout) == WAIT_FAILED)
      throw os_error(::GetLastError(), "cannot wait for events");
    happened.stop = take(sources.requests.stop);
    happened.reload = take(sources.requests.reload);
    happened.run = take(sources.requests.run);
    const bool clocks = take(sources.requests.clocks);
    const bool files = sources.files.take_changes();
    happened.files = sources.registry.take_changes() || files;
    sources.take_clocks(happened);
    if (!happened.stop) sources.take_run(happened);
    if (happened.stop || happened.reload || happened.run || happened.files || happened.ended || clocks ||
        time_since_boot() >= until)
      return happened;
  }
}

}  // namespace patchstate
