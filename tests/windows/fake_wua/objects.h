// SPDX-License-Identifier: Apache-2.0
// COM objects without type libraries: IDispatch's own functions are not there, those of the interfaces are.
#pragma once

#include <windows.h>

#include <oleauto.h>
#include <wrl/client.h>

#include <atomic>
#include <functional>
#include <initializer_list>
#include <vector>

#include "collectors/windows_update/windows_update_probe_interfaces.h"
#include "tests/windows/fake_wua/catalogue.h"

namespace fake_wua {

using Microsoft::WRL::ComPtr;

/// A function of an interface that nobody calls.
#define FAKE_WUA_UNUSED(...) \
  HRESULT STDMETHODCALLTYPE __VA_ARGS__ override { return E_NOTIMPL; }

template <class Interface>
class Object : public Interface {
 public:
  Object() = default;
  virtual ~Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void** object) override {
    const bool known =
        IsEqualIID(wanted, __uuidof(IUnknown)) || IsEqualIID(wanted, __uuidof(IDispatch)) || answers_to(wanted);
    *object = known ? static_cast<Interface*>(this) : nullptr;
    if (!known) return E_NOINTERFACE;
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT* count) override {
    *count = 0;
    return S_OK;
  }
  FAKE_WUA_UNUSED(GetTypeInfo(UINT, LCID, ITypeInfo**))
  FAKE_WUA_UNUSED(GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*))
  FAKE_WUA_UNUSED(Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*, UINT*))

 protected:
  virtual bool answers_to(REFIID wanted) const { return IsEqualIID(wanted, __uuidof(Interface)); }

 private:
  std::atomic<ULONG> references_ = 1;
};

/// Whether `wanted` is one of the first `version` interfaces.
inline bool is_among(REFIID wanted, std::initializer_list<GUID> interfaces, int version) {
  int number = 0;
  for (const GUID& one : interfaces)
    if (++number <= version && IsEqualIID(wanted, one)) return true;
  return false;
}

/// A list that is only read; an item is made anew each time it is asked for.
template <class Interface, class Item>
class Collection final : public Object<Interface> {
 public:
  using Make = Item* (*)(const json&);
  Collection(std::vector<const json*> items, Make make) : items_(std::move(items)), make_(make) {}

  HRESULT STDMETHODCALLTYPE get_Item(LONG index, Item** retval) override {
    *retval = nullptr;
    if (index < 0 || index >= static_cast<LONG>(items_.size())) return E_INVALIDARG;
    const json& item = *items_[static_cast<std::size_t>(index)];
    if (const HRESULT error = Record(item).error("Item"); FAILED(error)) return error;
    *retval = make_(item);
    return S_OK;
  }
  FAKE_WUA_UNUSED(get__NewEnum(IUnknown**))
  HRESULT STDMETHODCALLTYPE get_Count(LONG* retval) override {
    *retval = static_cast<LONG>(items_.size());
    return S_OK;
  }

 private:
  std::vector<const json*> items_;
  Make make_;
};

inline std::vector<const json*> items_of(const json& list) {
  std::vector<const json*> items;
  for (const auto& item : list) items.push_back(&item);
  return items;
}

/// The property fails, or its object is made.
template <class Interface, class Make>
HRESULT give(HRESULT error, Interface** retval, const Make& make) {
  *retval = SUCCEEDED(error) ? make() : nullptr;
  return error;
}

IUpdateIdentity* make_identity(const json& object);
IUpdate* make_update(const json& update);
IUpdateCollection* make_updates(std::vector<const json*> updates);
IUpdateSession* make_session();
IUpdateSearcher* make_searcher();
IUpdateServiceManager* make_service_manager();
IAutomaticUpdates* make_automatic_updates();
ISystemInformation* make_system_information();
IWindowsUpdateAgentInfo* make_agent_info();

/// Updates that fit the criteria, or WU_E_INVALID_CRITERIA. [MS-UAMG] 3.38.4.11; without a word about DeploymentAction
/// only those that are to be installed.
HRESULT select(const std::string& criteria, const json& updates, std::vector<const json*>& selected);

/// Id of the service that was made of a scan package; empty: none is there.
std::string scan_package_service();

}  // namespace fake_wua
