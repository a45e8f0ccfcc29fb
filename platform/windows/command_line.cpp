// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/command_line.h"

#include <map>

#include <windows.h>

#include "platform/windows/wide.h"

namespace patchstate {
namespace {

/// By the rules of "Parsing C command-line arguments": a backslash counts for itself unless a quote follows.
std::wstring quoted(const std::wstring& argument) {
  if (!argument.empty() && argument.find_first_of(L" \t\n\v\"") == std::wstring::npos) return argument;
  std::wstring text = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'"') text.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    text += c;
  }
  return text.append(backslashes, L'\\') + L'"';
}

struct IgnoringCase {
  bool operator()(const std::wstring& a, const std::wstring& b) const {
    return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) ==
           CSTR_LESS_THAN;
  }
};

}  // namespace

std::wstring command_line_of(const std::vector<std::string>& argv) {
  std::wstring line;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    // The program's name is read by simpler rules: quotes around it, and none can be in it.
    if (i == 0)
      line = L"\"" + wide(argv[0]) + L"\"";
    else
      line += L" " + quoted(wide(argv[i]));
  }
  return line;
}

std::wstring environment_block(const std::vector<std::pair<std::wstring, std::wstring>>& variables) {
  std::map<std::wstring, std::wstring, IgnoringCase> sorted;
  for (const auto& [name, value] : variables) sorted[name] = value;
  std::wstring block;
  for (const auto& [name, value] : sorted) block.append(name).append(L"=").append(value).append(1, L'\0');
  return block + L'\0';
}

}  // namespace patchstate
