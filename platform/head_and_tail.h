// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace patchstate {

/// The beginning and the end of a text of any length, in bounded memory.
class HeadAndTail {
 public:
  void append(std::string_view piece) {
    const auto room = std::min(piece.size(), kHalf - head_.size());
    head_.append(piece.substr(0, room));
    tail_.append(piece.substr(room));
    if (tail_.size() > 2 * kHalf) cut_tail();
  }

  std::string text() {
    if (tail_.size() > kHalf) cut_tail();
    return head_ + (left_out_ ? "\n[...]\n" : "") + tail_;
  }

 private:
  static constexpr std::size_t kHalf = 512U << 10U;

  void cut_tail() {
    tail_.erase(0, tail_.size() - kHalf);
    left_out_ = true;
  }

  std::string head_;
  std::string tail_;
  bool left_out_ = false;
};

}  // namespace patchstate
