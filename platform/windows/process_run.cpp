// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/process_run.h"

#include <algorithm>
#include <cstring>

#include "platform/windows/os_error.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

/// For what is still in the pipes when the program has ended: a child that it left behind may hold them open for ever.
constexpr auto kDrainGrace = std::chrono::milliseconds{100};
constexpr auto kKillGrace = std::chrono::milliseconds{950};

/// From here on an exit code is the NTSTATUS of an exception: 0xC0000005.
constexpr DWORD kFirstException = 0xC0000000;

DWORD milliseconds_until(Clock::time_point until) {
  // Rounded up: a wait of zero would be a busy one.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<DWORD>(std::clamp<long long>(left, 0, 3'600'000));
}

}  // namespace

PipeReader::PipeReader(UniqueHandle pipe)
    : pipe_(std::move(pipe)), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_) throw os_error(::GetLastError(), "cannot read a program's output");
  read_on();
}

PipeReader::~PipeReader() {
  close();
}

/// The system writes into the buffer until it says that it does not any more.
void PipeReader::close() {
  if (!pipe_) return;
  DWORD got = 0;
  ::CancelIoEx(pipe_.get(), &reading_);
  ::GetOverlappedResult(pipe_.get(), &reading_, &got, TRUE);
  pipe_.reset();
}

void PipeReader::read_on() {
  reading_ = {};
  reading_.hEvent = event_.get();
  ::ResetEvent(event_.get());
  // Read at once or later: the event tells either way. Otherwise it is the end.
  if (::ReadFile(pipe_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr, &reading_) == 0 &&
      ::GetLastError() != ERROR_IO_PENDING)
    pipe_.reset();
}

std::string_view PipeReader::take() {
  DWORD got = 0;
  if (!pipe_) return {};
  if (::GetOverlappedResult(pipe_.get(), &reading_, &got, FALSE) == 0) {
    if (::GetLastError() != ERROR_IO_INCOMPLETE) pipe_.reset();
    return {};
  }
  std::memcpy(taken_.data(), buffer_.data(), got);
  read_on();
  return {taken_.data(), got};
}

ProcessRun::ProcessRun(StartedProcess process, std::size_t output_cap)
    : process_(std::move(process)),
      output_cap_(output_cap),
      out_pipe_(std::make_unique<PipeReader>(std::move(process_.out))),
      err_pipe_(std::make_unique<PipeReader>(std::move(process_.err))) {}

std::vector<HANDLE> ProcessRun::events() const {
  std::vector<HANDLE> events;
  if (!out_pipe_->at_end()) events.push_back(out_pipe_->event());
  if (!err_pipe_->at_end()) events.push_back(err_pipe_->event());
  if (!ended_) events.push_back(process_.process.get());
  return events;
}

void ProcessRun::take() {
  take_out();
  while (true) {
    const auto piece = err_pipe_->take();
    if (piece.empty()) break;
    err_.append(piece);
  }
  if (!ended_ && ::WaitForSingleObject(process_.process.get(), 0) == WAIT_OBJECT_0) {
    ended_ = true;
    ::GetExitCodeProcess(process_.process.get(), &exit_code_);
  }
}

void ProcessRun::take_out() {
  while (!over_cap_) {
    const auto piece = out_pipe_->take();
    if (piece.empty()) return;
    const auto room = output_cap_ - out_.size();
    over_cap_ = piece.size() > room;
    out_.append(piece.substr(0, room));
  }
}

void ProcessRun::wait_for_events(Clock::time_point until) {
  const auto handles = events();
  if (handles.empty()) return;
  ::WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, milliseconds_until(until));
  take();
}

ProcessResult ProcessRun::finish() {
  const bool timed_out = !is_over();
  const auto grace = Clock::now() + kDrainGrace;
  while (ended_ && !over_cap_ && !(out_pipe_->at_end() && err_pipe_->at_end()) && Clock::now() < grace)
    wait_for_events(grace);
  end_process();
  ProcessResult result = ending(timed_out);
  result.out = std::move(out_);
  result.err = err_.text();
  return result;
}

/// Afterwards nothing runs any more, and everything that was written has been read.
void ProcessRun::end_process() {
  const auto give_up = Clock::now() + kKillGrace;
  ::TerminateJobObject(process_.job.get(), 1);
  DWORD message = 0;
  do {
    ULONG_PTR key = 0;
    OVERLAPPED* about = nullptr;
    if (::GetQueuedCompletionStatus(process_.messages.get(), &message, &key, &about, milliseconds_until(give_up)) == 0)
      break;
  } while (message != JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
  take();
  out_pipe_->close();
  err_pipe_->close();
}

ProcessResult ProcessRun::ending(bool timed_out) const {
  ProcessResult result;
  if (over_cap_) {
    result.ending = Ending::too_much_output;
  } else if (timed_out) {
    result.ending = Ending::timed_out;
  } else if (exit_code_ >= kFirstException) {
    result.ending = Ending::signalled;
    result.signal = static_cast<int>(exit_code_);
  } else {
    result.ending = Ending::exited;
    result.exit_code = static_cast<int>(exit_code_);
  }
  return result;
}

}  // namespace patchstate
