// SPDX-License-Identifier: Apache-2.0
// A ProcessRunner that knows only what was recorded: a command that was not recorded does not exist.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/process_runner.h"

namespace patchstate::test {

class ReplayRunner final : public ProcessRunner {
 public:
  struct Entry {
    std::function<bool(const Command&)> matches;
    ProcessResult result;
  };
  /// Answers commands whose argv contains all of `words`, in order.
  void add(std::vector<std::string> words, ProcessResult result) {
    entries_.push_back({[words = std::move(words)](const Command& command) {
                          std::size_t at = 0;
                          for (const auto& arg : command.argv)
                            if (at < words.size() && arg.find(words[at]) != std::string::npos) ++at;
                          return at == words.size();
                        },
                        std::move(result)});
  }
  static ProcessResult exited(int code, std::string out, std::string err = {}) {
    ProcessResult result;
    result.ending = Ending::exited;
    result.exit_code = code;
    result.out = std::move(out);
    result.err = std::move(err);
    return result;
  }
  ProcessResult run(const Command& command) override {
    commands.push_back(command);
    for (const auto& entry : entries_)
      if (entry.matches(command)) return entry.result;
    ProcessResult missing;
    missing.ending = Ending::failed_to_start;
    missing.start_error = 2;  // ENOENT
    return missing;
  }
  std::vector<Command> commands;

 private:
  std::vector<Entry> entries_;
};

}  // namespace patchstate::test
