// SPDX-License-Identifier: Apache-2.0
#include "agent/patchstated_log.h"

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

namespace patchstate {
namespace {

constexpr Moment kQuiet = std::chrono::hours{1};
constexpr std::size_t kMostRemembered = 8;

struct Kind {
  std::string_view name;
  std::string_view id;
};

Kind kind_of(Event event) {
  switch (event) {
    case Event::ready:
      return {"ready", "c30c94defaab4815bccc506f44dcb0b9"};
    case Event::reload:
      return {"reload", "8e2c88b6ccae41bbada308eb9ff7274f"};
    case Event::run:
      return {"run", "43a037242f4442bc8f096670fcf78c22"};
    case Event::delivery:
      return {"delivery", "f2a91b788d164e51925280309d4de20e"};
    case Event::problem:
      return {"problem", "d646ba6c93a4482c86d2890d95adc67b"};
    case Event::stop:
      return {"stop", "d0052a3b3c5a41eea6401d6a5b95f580"};
  }
  return {"unknown", "ed52f88016b44153a1c164958dc0bb5e"};
}

}  // namespace

JournalFields entry_of(Priority priority, Event event, std::string_view message, const JournalFields& fields) {
  const auto kind = kind_of(event);
  JournalFields entry = {{"MESSAGE", std::string(message)},
                         {"PRIORITY", std::to_string(static_cast<int>(priority))},
                         {"SYSLOG_IDENTIFIER", "patchstated"},
                         {"MESSAGE_ID", std::string(kind.id)},
                         {"PATCHSTATE_EVENT", std::string(kind.name)}};
  entry.insert(entry.end(), fields.begin(), fields.end());
  return entry;
}

void log(Priority priority, Event event, std::string_view message, const JournalFields& fields) {
  const bool journal = belongs_in_journal();
  if (journal && send_to_journal(entry_of(priority, event, message, fields))) return;
  const auto line = journal ? fmt::format("<{}>{}\n", static_cast<int>(priority), message)
                            : fmt::format("patchstated: {}\n", message);
  // Nobody may be reading; that must not stop the work.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::optional<std::string> Complaints::admit(const std::string& complaint, Moment now) {
  const auto same = [&](const Made& made) { return made.complaint == complaint; };
  const auto found = std::find_if(made_.begin(), made_.end(), same);
  if (found == made_.end()) {
    if (made_.size() == kMostRemembered) made_.erase(made_.begin());
    made_.push_back({complaint, now});
    return complaint;
  }
  if (now < found->at + kQuiet) {
    ++found->left_out;
    return std::nullopt;
  }
  auto text = found->left_out == 0 ? complaint : fmt::format("{} ({} times more since)", complaint, found->left_out);
  *found = {complaint, now};
  return text;
}

}  // namespace patchstate
