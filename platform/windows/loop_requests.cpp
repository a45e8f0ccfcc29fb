// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/loop_requests.h"

#include <windows.h>

#include "platform/windows/os_error.h"

namespace patchstate {
namespace {

UniqueHandle make_event() {
  UniqueHandle event(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) throw os_error(::GetLastError(), "cannot wait for events");
  return event;
}

}  // namespace

const LoopRequests& loop_requests() {
  static const LoopRequests requests{make_event(), make_event(), make_event(), make_event()};
  return requests;
}

}  // namespace patchstate
