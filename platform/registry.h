// SPDX-License-Identifier: Apache-2.0
// Windows' registry below HKEY_LOCAL_MACHINE, in its 64-bit view, to read only. Defined in windows/ alone. Keys are
// named as in "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion". What is not there is a value; everything else that
// keeps us from reading throws std::system_error with the key in its text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace patchstate {

/// Text as it stands there: variables in it are not replaced. nullopt: no such key or value, or another type.
std::optional<std::string> registry_string(const std::string& key, const std::string& name);
/// REG_MULTI_SZ, without the empty ones.
std::optional<std::vector<std::string>> registry_strings(const std::string& key, const std::string& name);
/// REG_DWORD or REG_QWORD.
std::optional<std::int64_t> registry_number(const std::string& key, const std::string& name);
bool registry_key_exists(const std::string& key);
/// When a value of the key, or the key itself, was last written.
std::optional<std::chrono::sys_seconds> registry_key_written(const std::string& key);
/// Names of the keys directly below; none where there is no such key.
std::vector<std::string> registry_subkeys(const std::string& key);

}  // namespace patchstate
