// SPDX-License-Identifier: Apache-2.0
// Reading COM objects property by property: each that fails costs that property, and is named.
#pragma once

#include <windows.h>

#include <oleauto.h>
#include <wrl/client.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/windows_update/windows_update_probe_interfaces.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

using Microsoft::WRL::ComPtr;

inline ErrorCode error_code(HRESULT result) {
  return static_cast<ErrorCode>(result);
}

/// A string of COM's.
class Bstr {
 public:
  Bstr() = default;
  explicit Bstr(const std::wstring& text) : text_(SysAllocStringLen(text.data(), static_cast<UINT>(text.size()))) {}
  ~Bstr() { SysFreeString(text_); }
  Bstr(const Bstr&) = delete;
  Bstr& operator=(const Bstr&) = delete;

  BSTR get() const { return text_; }
  BSTR* put() { return &text_; }

 private:
  BSTR text_ = nullptr;
};

class Variant {
 public:
  Variant() { VariantInit(&value_); }
  explicit Variant(const wchar_t* text) : Variant() {
    value_.vt = VT_BSTR;
    value_.bstrVal = SysAllocString(text);
  }
  ~Variant() { VariantClear(&value_); }
  Variant(const Variant&) = delete;
  Variant& operator=(const Variant&) = delete;

  VARIANT& get() { return value_; }

 private:
  VARIANT value_{};
};

/// UTF-8; half a surrogate pair becomes U+FFFD.
std::string utf8(BSTR text);
std::string lower_case(std::string text);
/// Days since 1899-12-30, UTC. nullopt for 0, which is "none", and for what no calendar has.
std::optional<Time> time_of(DATE date);

/// A property's function of an interface. `STDMETHODCALLTYPE` is empty on x86-64.
template <class Interface, class Value>
using Property = HRESULT (STDMETHODCALLTYPE Interface::*)(Value*);

/// Reads; what fails is added to `missing` by the name given ("IUpdate.Title").
class Reader {
 public:
  explicit Reader(std::vector<Missing>& missing) : missing_(missing) {}

  bool succeeded(HRESULT result, const char* name) {
    if (FAILED(result)) missing_.push_back({name, error_code(result)});
    return SUCCEEDED(result);
  }
  template <class Value, class Interface>
  std::optional<Value> value(Interface& from, Property<Interface, Value> property, const char* name) {
    Value found{};
    return succeeded((from.*property)(&found), name) ? std::optional(found) : std::nullopt;
  }
  template <class Interface>
  std::optional<bool> flag(Interface& from, Property<Interface, VARIANT_BOOL> property, const char* name) {
    VARIANT_BOOL found = VARIANT_FALSE;
    return succeeded((from.*property)(&found), name) ? std::optional(found != VARIANT_FALSE) : std::nullopt;
  }
  template <class Interface>
  std::string text(Interface& from, Property<Interface, BSTR> property, const char* name) {
    Bstr found;
    return succeeded((from.*property)(found.put()), name) ? utf8(found.get()) : std::string();
  }
  template <class Interface>
  std::optional<Time> date(Interface& from, Property<Interface, DATE> property, const char* name) {
    const auto found = value<DATE>(from, property, name);
    return found ? time_of(*found) : std::nullopt;
  }
  /// Of a property that may be empty.
  template <class Interface>
  std::optional<Time> optional_date(Interface& from, Property<Interface, VARIANT> property, const char* name) {
    Variant found;
    if (!succeeded((from.*property)(&found.get()), name) || found.get().vt != VT_DATE) return std::nullopt;
    return time_of(found.get().date);
  }
  template <class Child, class Interface>
  ComPtr<Child> child(Interface& from, Property<Interface, Child*> property, const char* name) {
    ComPtr<Child> found;
    return succeeded((from.*property)(found.GetAddressOf()), name) ? found : nullptr;
  }
  template <class Interface>
  std::vector<std::string> texts(Interface& from, Property<Interface, IStringCollection*> property, const char* name) {
    const auto found = child<IStringCollection>(from, property, name);
    return found ? items_of(*found.Get(), name) : std::vector<std::string>();
  }

 private:
  std::vector<std::string> items_of(IStringCollection& collection, const char* name);

  std::vector<Missing>& missing_;
};

/// The interface of a later agent, or null, and its name is noted once.
template <class Later>
ComPtr<Later> later(IUnknown& object, const char* name, std::vector<std::string>& missing_interfaces) {
  ComPtr<Later> found;
  if (SUCCEEDED(object.QueryInterface(__uuidof(Later), reinterpret_cast<void**>(found.GetAddressOf())))) return found;
  for (const auto& one : missing_interfaces)
    if (one == name) return nullptr;
  missing_interfaces.emplace_back(name);
  return nullptr;
}

template <class Interface>
HRESULT create(const CLSID& of_class, ComPtr<Interface>& object) {
  return CoCreateInstance(of_class, nullptr, CLSCTX_INPROC_SERVER, __uuidof(Interface),
                          reinterpret_cast<void**>(object.ReleaseAndGetAddressOf()));
}

}  // namespace patchstate::windows_update
