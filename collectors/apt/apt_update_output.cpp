// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_update_output.h"

#include <algorithm>
#include <array>

#include "assessment/assessment_json.h"
#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

constexpr std::size_t kMostComplaints = 100;

/// In warnings after which the lists are old or missing.
constexpr auto kFailures = std::to_array<std::string_view>(
    {"Failed to fetch", "GPG error", "signature verification", "is not updated", "failed to download",
     "will not be applied", "is expired", "is not valid yet", "does not have a Release file",
     "no longer has a Release file", "is not signed", "is no longer signed", "Hash Sum mismatch"});

std::string uri_in(std::string_view text) {
  for (auto word : words_of(text)) {
    if (word.find(":/") == std::string_view::npos) continue;
    while (!word.empty() && (word.front() == '\'' || word.front() == '"')) word.remove_prefix(1);
    while (!word.empty() && std::string_view("'\",:").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    return masked(word);
  }
  return {};
}

// Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)
// Could not get lock /var/lib/apt/lists/lock - open (11: Resource temporarily unavailable)
std::optional<LockHolder> lock_holder(std::string_view text) {
  constexpr std::string_view kLock = "Could not get lock ";
  constexpr std::string_view kHeld = "It is held by ";
  const auto at = text.find(kLock);
  if (at == std::string_view::npos) return std::nullopt;
  LockHolder lock;
  const auto words = words_of(text.substr(at + kLock.size()));
  if (!words.empty()) lock.file = words[0];
  while (lock.file.ends_with('.')) lock.file.pop_back();
  if (const auto held = text.find(kHeld); held != std::string_view::npos)
    lock.holder = clean_text(text.substr(held + kHeld.size()), 100);
  return lock;
}

}  // namespace

bool UpdateComplaints::any_failed() const {
  return std::any_of(complaints.begin(), complaints.end(), [](const UpdateComplaint& one) { return one.failed; });
}

// W: Failed to fetch http://deb.example.org/debian/dists/bookworm/InRelease  Could not connect to deb.example.org:80
// E: The repository 'http://deb.example.org/debian nosuch Release' does not have a Release file.
// W: GPG error: http://deb.example.org/debian bookworm InRelease: The following signatures couldn't be verified …
// E: Some index files failed to download. They have been ignored, or old ones used instead.
UpdateComplaints parse_update_complaints(std::string_view err) {
  UpdateComplaints all;
  for_each_line(err, [&](std::string_view raw) {
    const std::string line = shown_line(raw);
    const bool error = line.starts_with("E: ");
    if (!error && !line.starts_with("W: ")) return;
    const auto text = std::string_view(line).substr(3);
    if (auto lock = lock_holder(text)) all.locked = std::move(lock);
    const bool failed = error || std::any_of(kFailures.begin(), kFailures.end(), [&](std::string_view one) {
                          return text.find(one) != std::string_view::npos;
                        });
    UpdateComplaint complaint{failed, uri_in(text), sentence_of_apt(text)};
    const bool known = std::any_of(all.complaints.begin(), all.complaints.end(),
                                   [&](const UpdateComplaint& one) { return one.text == complaint.text; });
    if (!known && all.complaints.size() < kMostComplaints) all.complaints.push_back(std::move(complaint));
  });
  return all;
}

}  // namespace patchstate::apt
