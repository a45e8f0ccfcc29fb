// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace patchstate {

/// "patchstate: asking apt … 3 s" on stderr once a run takes longer than a second, gone again at the end; only where a
/// person looks at it, on a terminal. A thread, because what takes long blocks; it is not even started otherwise.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(std::string_view what);

 private:
  void show();

  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  std::string what_ = "starting";
  std::thread thread_;
};

}  // namespace patchstate
