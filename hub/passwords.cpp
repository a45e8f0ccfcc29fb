// SPDX-License-Identifier: Apache-2.0
#include "hub/passwords.h"

#include <array>
#include <set>
#include <stdexcept>

#include <fmt/core.h>
#include <sodium.h>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::size_t kShortest = 12;
constexpr std::size_t kLongest = 512;
constexpr std::size_t kFewestLetters = 5;  ///< that differ

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start: it finds no random numbers");
}

class Slot {
 public:
  explicit Slot(std::counting_semaphore<>& slots) : slots_(slots), taken_(slots.try_acquire()) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (taken_) slots_.release();
  }
  bool taken() const { return taken_; }

 private:
  std::counting_semaphore<>& slots_;
  bool taken_;
};

std::string hashed(const std::string& password) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::runtime_error("a password could not be hashed: there is not enough memory for it");
  return text.data();
}

}  // namespace

std::optional<std::string> Passwords::hash(const std::string& password) {
  const Slot slot(slots_);
  if (!slot.taken()) return std::nullopt;
  return hashed(password);
}

std::optional<bool> Passwords::matches(const std::string& hash, const std::string& password) {
  const Slot slot(slots_);
  if (!slot.taken()) return std::nullopt;
  if (hash.empty()) {
    hashed(password);
    return false;
  }
  start_sodium();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string objection_to_password(const std::string& password, const std::string& name) {
  if (password.size() < kShortest)
    return fmt::format("a password has {} characters or more; a few words that you chose at random are one", kShortest);
  if (password.size() > kLongest) return fmt::format("a password has at most {} bytes", kLongest);
  if (clean_text(password) != password) return "a password has no characters that can't be typed";
  if (std::set<char>(password.begin(), password.end()).size() < kFewestLetters ||
      (name.size() * 2 > password.size() && password.find(name) != std::string::npos))
    return "this password is too easy to guess";
  return {};
}

std::string made_up_password() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";  // 5 bits each
  static_assert(kLetters.size() == 32);
  start_sodium();
  std::string text;
  for (int letter = 0; letter < 20; ++letter) {
    if (letter > 0 && letter % 4 == 0) text += '-';
    text += kLetters[randombytes_uniform(kLetters.size())];
  }
  return text;
}

}  // namespace patchstate
