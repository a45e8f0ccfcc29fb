// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_file.h"

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include <windows.h>
#include <dpapi.h>
#include <fmt/core.h>
#include <wincrypt.h>

#include "platform/files.h"
#include "platform/windows/access_list.h"
#include "platform/windows/open_file.h"
#include "platform/windows/os_error.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSecret = 16U << 10U;
// patchstate-dpapi-1
// AQAAANCMnd8BFdERjHoAwE/Cl+s…
constexpr std::string_view kProtected = "patchstate-dpapi-1\n";
constexpr DWORD kBase64 = CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF;

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

DATA_BLOB blob_of(const std::string& bytes) {
  // Neither function writes there.
  return {static_cast<DWORD>(bytes.size()), reinterpret_cast<BYTE*>(const_cast<char*>(bytes.data()))};
}

std::string taken(const DATA_BLOB& blob) {
  std::string bytes(reinterpret_cast<const char*>(blob.pbData), blob.cbData);
  ::SecureZeroMemory(blob.pbData, blob.cbData);
  ::LocalFree(blob.pbData);
  return bytes;
}

std::string to_base64(const std::string& bytes) {
  const auto* const data = reinterpret_cast<const BYTE*>(bytes.data());
  DWORD size = 0;
  ::CryptBinaryToStringA(data, static_cast<DWORD>(bytes.size()), kBase64, nullptr, &size);
  std::string text(size, '\0');
  if (::CryptBinaryToStringA(data, static_cast<DWORD>(bytes.size()), kBase64, text.data(), &size) == 0)
    throw os_error(::GetLastError(), "cannot write base64");
  text.resize(size);
  return text;
}

std::optional<std::string> from_base64(const std::string& text) {
  DWORD size = 0;
  const auto length = static_cast<DWORD>(text.size());
  if (::CryptStringToBinaryA(text.data(), length, CRYPT_STRING_BASE64, nullptr, &size, nullptr, nullptr) == 0)
    return std::nullopt;
  std::string bytes(size, '\0');
  if (::CryptStringToBinaryA(text.data(), length, CRYPT_STRING_BASE64, reinterpret_cast<BYTE*>(bytes.data()), &size,
                             nullptr, nullptr) == 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::optional<std::string> unprotected(const std::string& base64) {
  const auto bytes = from_base64(base64);
  if (!bytes) return std::nullopt;
  DATA_BLOB in = blob_of(*bytes);
  DATA_BLOB out{};
  if (::CryptUnprotectData(&in, nullptr, nullptr, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN, &out) == 0)
    return std::nullopt;
  return taken(out);
}

/// Judged on the open file: what the name leads to may change between looking and reading.
std::string problem_of(const UniqueHandle& file, const fs::path& path) {
  const Strangers strangers = strangers_with(file.get(), kReading | kWriting);
  const std::string name = path.string();
  if (strangers.own)
    return fmt::format(
        "{0} belongs to another user, who can read and change it: icacls \"{0}\" /setowner *S-1-5-32-544", name);
  if (!strangers.admitted.empty())
    return fmt::format(
        "{0} can be read or changed by others ({1}): "
        "icacls \"{0}\" /inheritance:r /remove:g \"{1}\" /grant:r *S-1-5-18:F *S-1-5-32-544:F",
        name, strangers.admitted);
  return {};
}

}  // namespace

SecretResult read_secret(const fs::path& path) {
  const UniqueHandle file = open_to_read(path, READ_CONTROL);
  if (auto problem = problem_of(file, path); !problem.empty()) return {{}, std::move(problem)};
  std::string content = read_up_to(file, path, kLongestSecret + 1);
  if (content.size() > kLongestSecret) throw errno_error(EFBIG, "cannot read", path);
  if (content.starts_with(kProtected)) {
    auto secret = unprotected(content.substr(kProtected.size()));
    if (!secret)
      return {{},
              fmt::format("{} was protected on another machine, or is damaged: it must be made again (enroll)",
                          path.string())};
    content = std::move(*secret);
  }
  if (auto secret = trimmed(content); !secret.empty()) return {std::move(secret), {}};
  return {{}, fmt::format("{} is empty", path.string())};
}

void write_secret(const fs::path& path, const std::string& secret) {
  DATA_BLOB in = blob_of(secret);
  DATA_BLOB out{};
  if (::CryptProtectData(&in, L"patchstate", nullptr, nullptr, nullptr,
                         CRYPTPROTECT_UI_FORBIDDEN | CRYPTPROTECT_LOCAL_MACHINE, &out) == 0)
    throw os_error(::GetLastError(), "cannot protect the secret for", path);
  write_durably(path, std::string(kProtected) + to_base64(taken(out)) + "\n", 0600);
}

}  // namespace patchstate
