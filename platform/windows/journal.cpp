// SPDX-License-Identifier: Apache-2.0
#include "platform/journal.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <windows.h>
#include <messages.h>

#include "platform/windows/os_error.h"
#include "platform/windows/service_state.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

constexpr std::size_t kLongestText = 30'000;  ///< of the 31,839 characters that ReportEventW takes
constexpr std::array<std::pair<std::string_view, DWORD>, 6> kEvents = {{{"ready", PATCHSTATE_EVENT_READY},
                                                                        {"reload", PATCHSTATE_EVENT_RELOAD},
                                                                        {"run", PATCHSTATE_EVENT_RUN},
                                                                        {"delivery", PATCHSTATE_EVENT_DELIVERY},
                                                                        {"problem", PATCHSTATE_EVENT_PROBLEM},
                                                                        {"stop", PATCHSTATE_EVENT_STOP}}};

struct CloseSource {
  void operator()(void* source) const { ::DeregisterEventSource(source); }
};

struct EventEntry {
  std::string message;
  std::string fields;
  WORD type = EVENTLOG_INFORMATION_TYPE;
  DWORD id = PATCHSTATE_EVENT_PROBLEM;
};

WORD type_of(std::string_view priority) {
  if (priority == "3") return EVENTLOG_ERROR_TYPE;
  return priority == "4" ? EVENTLOG_WARNING_TYPE : EVENTLOG_INFORMATION_TYPE;
}

EventEntry entry_of(const JournalFields& fields) {
  EventEntry entry;
  for (const auto& [name, value] : fields) {
    if (name == "MESSAGE") {
      entry.message = value;
    } else if (name == "PRIORITY") {
      entry.type = type_of(value);
    } else if (name == "PATCHSTATE_EVENT") {
      const std::string_view wanted = value;
      const auto* const found =
          std::find_if(kEvents.begin(), kEvents.end(), [&](const auto& event) { return event.first == wanted; });
      if (found != kEvents.end()) entry.id = found->second;
    } else if (name.starts_with("PATCHSTATE_")) {  // the others are the journal's own
      entry.fields.append("\r\n").append(name).append("=").append(value);
    }
  }
  return entry;
}

}  // namespace

bool belongs_in_journal() {
  return started_by_service_manager();
}

bool send_to_journal(const JournalFields& fields) {
  const std::unique_ptr<void, CloseSource> source(::RegisterEventSourceW(nullptr, kServiceName));
  if (!source) return false;
  const auto entry = entry_of(fields);
  const auto message = wide(entry.message).substr(0, kLongestText);
  const auto rest = wide(entry.fields).substr(0, kLongestText);
  std::array<const wchar_t*, 2> texts = {message.c_str(), rest.c_str()};
  return ::ReportEventW(source.get(), entry.type, 0, entry.id, nullptr, static_cast<WORD>(texts.size()), 0,
                        texts.data(), nullptr) != 0;
}

}  // namespace patchstate
