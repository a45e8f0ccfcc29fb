// SPDX-License-Identifier: Apache-2.0
#include "tests/windows/fake_wua/catalogue.h"

#include <cstdio>

#include "assessment/assessment_json.h"

namespace fake_wua {
namespace {

constexpr double kUnixEpoch = 25569;
constexpr double kSecondsPerDay = 86400;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "fakewua: %s\n", what.c_str());
  TerminateProcess(GetCurrentProcess(), 70);
  std::abort();
}

std::wstring catalogue_path() {
  std::wstring path(MAX_PATH, L'\0');
  if (const DWORD size = GetEnvironmentVariableW(L"FAKE_WUA_CATALOG", path.data(), MAX_PATH); size > 0) {
    path.resize(size);
    return path;
  }
  DWORD size = MAX_PATH * sizeof(wchar_t);
  if (RegGetValueW(HKEY_LOCAL_MACHINE, L"Software\\FakeWUA", L"Catalog", RRF_RT_REG_SZ, nullptr, path.data(), &size) !=
      ERROR_SUCCESS)
    give_up("no catalogue is named");
  return path.c_str();
}

json read_catalogue() {
  const std::wstring path = catalogue_path();
  std::FILE* const file = _wfopen(path.c_str(), L"rb");
  if (file == nullptr) give_up("no catalogue " + utf8(path.c_str()));
  json read = json::parse(file, nullptr, false);
  std::fclose(file);
  if (!read.is_object()) give_up("not JSON: " + utf8(path.c_str()));
  return read;
}

}  // namespace

const json& catalogue() {
  // Never destroyed: threads of a search that hangs outlive the library.
  static const json& whole = *new json(read_catalogue());
  return whole;
}

const json& part(const char* name) {
  static const json& nothing = *new json(json::object());
  const auto found = catalogue().find(name);
  return found == catalogue().end() ? nothing : *found;
}

HRESULT hresult_of(const json& text) {
  return static_cast<HRESULT>(std::stoul(text.get<std::string>(), nullptr, 16));
}

HRESULT fault(const std::string& call) {
  const auto found = part("faults").find(call);
  if (found == part("faults").end()) return S_OK;
  if (*found == "hang") Sleep(INFINITE);
  if (*found == "crash") RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
  return hresult_of(*found);
}

int version(const char* interface_name, int newest) {
  return part("versions").value(interface_name, newest);
}

void note(const std::string& line) {
  const std::string file = catalogue().value("log", std::string());
  if (file.empty()) return;
  std::FILE* const out = _wfopen(wide(file).c_str(), L"ab");
  if (out == nullptr) give_up("the log can't be written: " + file);
  std::fprintf(out, "%s\n", line.c_str());
  std::fclose(out);
}

std::wstring wide(const std::string& text) {
  const int length = static_cast<int>(text.size());
  std::wstring converted(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0)), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), length, converted.data(), static_cast<int>(converted.size()));
  return converted;
}

std::string utf8(const wchar_t* text) {
  if (text == nullptr) return {};
  std::string converted(static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr)),
                        '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, -1, converted.data(), static_cast<int>(converted.size()), nullptr, nullptr);
  converted.pop_back();
  return converted;
}

double date_of(const std::string& text) {
  const auto time = patchstate::parse_time(text);
  if (!time) give_up("not a time: " + text);
  return static_cast<double>(time->time_since_epoch().count()) / kSecondsPerDay + kUnixEpoch;
}

HRESULT Record::error(const char* property) const {
  const auto errors = object_.find("errors");
  return errors == object_.end() || !errors->contains(property) ? S_OK : hresult_of((*errors)[property]);
}

HRESULT Record::text(const char* property, BSTR* retval) const {
  *retval = nullptr;
  const HRESULT result = error(property);
  const auto found = object_.find(property);
  if (SUCCEEDED(result) && found != object_.end())
    *retval = SysAllocString(wide(found->get_ref<const std::string&>()).c_str());
  return result;
}

HRESULT Record::flag(const char* property, VARIANT_BOOL* retval) const {
  *retval = is(property) ? VARIANT_TRUE : VARIANT_FALSE;
  return error(property);
}

HRESULT Record::date(const char* property, DATE* retval) const {
  const std::string text = string(property);
  *retval = text.empty() ? 0 : date_of(text);
  return error(property);
}

HRESULT Record::date(const char* property, VARIANT* retval) const {
  VariantInit(retval);
  const HRESULT result = error(property);
  if (FAILED(result) || string(property).empty()) return result;
  retval->vt = VT_DATE;
  return date(property, &retval->date);
}

HRESULT Record::size(const char* property, DECIMAL* retval) const {
  const HRESULT result = VarDecFromI8(object_.value(property, std::int64_t{0}), retval);
  return FAILED(error(property)) ? error(property) : result;
}

const json& Record::list(const char* property) const {
  static const json& nothing = *new json(json::array());
  const auto found = object_.find(property);
  return found == object_.end() ? nothing : *found;
}

}  // namespace fake_wua
