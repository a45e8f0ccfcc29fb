// SPDX-License-Identifier: Apache-2.0
#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

class Session final : public Object<IUpdateSession2> {
 public:
  HRESULT STDMETHODCALLTYPE put_ClientApplicationID(BSTR value) override {
    note("ClientApplicationID " + utf8(value));
    return fault("IUpdateSession.ClientApplicationID");
  }
  HRESULT STDMETHODCALLTYPE put_UserLocale(LCID locale) override {
    note("UserLocale " + std::to_string(locale));
    return fault("IUpdateSession2.UserLocale");
  }
  HRESULT STDMETHODCALLTYPE CreateUpdateSearcher(IUpdateSearcher** retval) override {
    return give(fault("IUpdateSession.CreateUpdateSearcher"), retval, [] { return make_searcher(); });
  }
  FAKE_WUA_UNUSED(get_ClientApplicationID(BSTR*))
  FAKE_WUA_UNUSED(get_ReadOnly(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_WebProxy(IWebProxy**))
  FAKE_WUA_UNUSED(put_WebProxy(IWebProxy*))
  FAKE_WUA_UNUSED(CreateUpdateDownloader(IUpdateDownloader**))
  FAKE_WUA_UNUSED(CreateUpdateInstaller(IUpdateInstaller**))
  FAKE_WUA_UNUSED(get_UserLocale(LCID*))

 private:
  bool answers_to(REFIID wanted) const override {
    return is_among(wanted, {__uuidof(IUpdateSession), __uuidof(IUpdateSession2)}, version("IUpdateSession", 2));
  }
};

class Results final : public Object<IAutomaticUpdatesResults> {
 public:
  HRESULT STDMETHODCALLTYPE get_LastSearchSuccessDate(VARIANT* retval) override {
    return Record(part("automaticUpdates")).date("LastSearchSuccessDate", retval);
  }
  HRESULT STDMETHODCALLTYPE get_LastInstallationSuccessDate(VARIANT* retval) override {
    return Record(part("automaticUpdates")).date("LastInstallationSuccessDate", retval);
  }
};

class Settings final : public Object<IAutomaticUpdatesSettings> {
 public:
  HRESULT STDMETHODCALLTYPE get_NotificationLevel(AutomaticUpdatesNotificationLevel* retval) override {
    return Record(part("automaticUpdates")).number("NotificationLevel", retval);
  }
  FAKE_WUA_UNUSED(put_NotificationLevel(AutomaticUpdatesNotificationLevel))
  FAKE_WUA_UNUSED(get_ReadOnly(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_Required(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_ScheduledInstallationDay(AutomaticUpdatesScheduledInstallationDay*))
  FAKE_WUA_UNUSED(put_ScheduledInstallationDay(AutomaticUpdatesScheduledInstallationDay))
  FAKE_WUA_UNUSED(get_ScheduledInstallationTime(LONG*))
  FAKE_WUA_UNUSED(put_ScheduledInstallationTime(LONG))
  FAKE_WUA_UNUSED(Refresh())
  FAKE_WUA_UNUSED(Save())
};

class Automatic final : public Object<IAutomaticUpdates2> {
 public:
  HRESULT STDMETHODCALLTYPE get_Settings(IAutomaticUpdatesSettings** retval) override {
    return give(fault("IAutomaticUpdates.Settings"), retval, [] { return new Settings; });
  }
  HRESULT STDMETHODCALLTYPE get_ServiceEnabled(VARIANT_BOOL* retval) override {
    return Record(part("automaticUpdates")).flag("ServiceEnabled", retval);
  }
  HRESULT STDMETHODCALLTYPE get_Results(IAutomaticUpdatesResults** retval) override {
    return give(fault("IAutomaticUpdates2.Results"), retval, [] { return new Results; });
  }
  FAKE_WUA_UNUSED(DetectNow())
  FAKE_WUA_UNUSED(Pause())
  FAKE_WUA_UNUSED(Resume())
  FAKE_WUA_UNUSED(ShowSettingsDialog())
  FAKE_WUA_UNUSED(EnableService())

 private:
  bool answers_to(REFIID wanted) const override {
    return is_among(wanted, {__uuidof(IAutomaticUpdates), __uuidof(IAutomaticUpdates2)}, version("IAutomaticUpdates", 2));
  }
};

class System final : public Object<ISystemInformation> {
 public:
  HRESULT STDMETHODCALLTYPE get_RebootRequired(VARIANT_BOOL* retval) override {
    return Record(part("system")).flag("RebootRequired", retval);
  }
  FAKE_WUA_UNUSED(get_OemHardwareSupportLink(BSTR*))
};

class Info final : public Object<IWindowsUpdateAgentInfo> {
 public:
  HRESULT STDMETHODCALLTYPE GetInfo(VARIANT name, VARIANT* retval) override {
    VariantInit(retval);
    if (name.vt != VT_BSTR) return E_INVALIDARG;
    const Record agent(part("agent"));
    const std::string wanted = utf8(name.bstrVal);
    if (wanted == "ApiMajorVersion") {
      retval->vt = VT_I4;
      return agent.number("ApiMajorVersion", &retval->lVal, 8);
    }
    if (wanted != "ProductVersionString") return E_INVALIDARG;
    retval->vt = VT_BSTR;
    return agent.text("ProductVersionString", &retval->bstrVal);
  }
};

}  // namespace

IUpdateSession* make_session() {
  return new Session;
}

IAutomaticUpdates* make_automatic_updates() {
  return new Automatic;
}

ISystemInformation* make_system_information() {
  return new System;
}

IWindowsUpdateAgentInfo* make_agent_info() {
  return new Info;
}

}  // namespace fake_wua
