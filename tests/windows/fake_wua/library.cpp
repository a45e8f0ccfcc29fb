// SPDX-License-Identifier: Apache-2.0
// fakewua.dll: the classes, and what registers them in place of the system's (regsvr32).
#include <array>

#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

struct Class {
  const char* name;
  CLSID id;
  IUnknown* (*make)();
};

const std::array kClasses = {
    Class{"UpdateSession", __uuidof(UpdateSession), [] { return static_cast<IUnknown*>(make_session()); }},
    Class{"UpdateServiceManager", __uuidof(UpdateServiceManager),
          [] { return static_cast<IUnknown*>(make_service_manager()); }},
    Class{"AutomaticUpdates", __uuidof(AutomaticUpdates),
          [] { return static_cast<IUnknown*>(make_automatic_updates()); }},
    Class{"SystemInformation", __uuidof(SystemInformation),
          [] { return static_cast<IUnknown*>(make_system_information()); }},
    Class{"WindowsUpdateAgentInfo", __uuidof(WindowsUpdateAgentInfo),
          [] { return static_cast<IUnknown*>(make_agent_info()); }},
};

class Factory final : public IClassFactory {
 public:
  explicit Factory(const Class& made) : made_(made) {}
  virtual ~Factory() = default;
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void** object) override {
    const bool known = IsEqualIID(wanted, __uuidof(IUnknown)) || IsEqualIID(wanted, __uuidof(IClassFactory));
    *object = known ? static_cast<IClassFactory*>(this) : nullptr;
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
  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID wanted, void** object) override {
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    if (const HRESULT failed = fault(made_.name); FAILED(failed)) return failed;
    ComPtr<IUnknown> made;
    made.Attach(made_.make());
    return made->QueryInterface(wanted, object);
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

 private:
  std::atomic<ULONG> references_ = 1;
  const Class& made_;
};

std::wstring key_of(const CLSID& id) {
  std::array<wchar_t, 64> text{};
  StringFromGUID2(id, text.data(), static_cast<int>(text.size()));
  return L"SOFTWARE\\Classes\\CLSID\\" + std::wstring(text.data()) + L"\\InprocServer32";
}

bool set(const std::wstring& key, const wchar_t* name, const std::wstring& value) {
  return RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), name, REG_SZ, value.c_str(),
                         static_cast<DWORD>((value.size() + 1) * sizeof(wchar_t))) == ERROR_SUCCESS;
}

HMODULE own_module() {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<const wchar_t*>(&own_module), &module);
  return module;
}

}  // namespace
}  // namespace fake_wua

STDAPI DllGetClassObject(REFCLSID id, REFIID wanted, void** object) {
  *object = nullptr;
  for (const auto& one : fake_wua::kClasses) {
    if (!IsEqualCLSID(one.id, id)) continue;
    fake_wua::ComPtr<IClassFactory> factory;
    factory.Attach(new fake_wua::Factory(one));
    return factory->QueryInterface(wanted, object);
  }
  return CLASS_E_CLASSNOTAVAILABLE;
}

/// Threads of a search may be in it.
STDAPI DllCanUnloadNow() {
  return S_FALSE;
}

STDAPI DllRegisterServer() {
  std::wstring path(MAX_PATH, L'\0');
  path.resize(GetModuleFileNameW(fake_wua::own_module(), path.data(), MAX_PATH));
  for (const auto& one : fake_wua::kClasses) {
    const std::wstring key = fake_wua::key_of(one.id);
    if (!fake_wua::set(key, nullptr, path) || !fake_wua::set(key, L"ThreadingModel", L"Both")) return E_ACCESSDENIED;
  }
  return S_OK;
}

/// Afterwards `regsvr32 wuapi.dll` puts the system's own back.
STDAPI DllUnregisterServer() {
  for (const auto& one : fake_wua::kClasses) RegDeleteTreeW(HKEY_LOCAL_MACHINE, fake_wua::key_of(one.id).c_str());
  return S_OK;
}
