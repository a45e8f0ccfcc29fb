// SPDX-License-Identifier: Apache-2.0
#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

std::atomic<bool> has_scan_package = false;

class Service final : public Object<IUpdateService2> {
 public:
  explicit Service(const json& object) : record_(object) {}

  HRESULT STDMETHODCALLTYPE get_Name(BSTR* retval) override { return record_.text("Name", retval); }
  HRESULT STDMETHODCALLTYPE get_IsManaged(VARIANT_BOOL* retval) override { return record_.flag("IsManaged", retval); }
  HRESULT STDMETHODCALLTYPE get_IsRegisteredWithAU(VARIANT_BOOL* retval) override {
    return record_.flag("IsRegisteredWithAU", retval);
  }
  HRESULT STDMETHODCALLTYPE get_IssueDate(DATE* retval) override { return record_.date("IssueDate", retval); }
  HRESULT STDMETHODCALLTYPE get_OffersWindowsUpdates(VARIANT_BOOL* retval) override {
    return record_.flag("OffersWindowsUpdates", retval);
  }
  HRESULT STDMETHODCALLTYPE get_ServiceID(BSTR* retval) override { return record_.text("ServiceID", retval); }
  HRESULT STDMETHODCALLTYPE get_IsScanPackageService(VARIANT_BOOL* retval) override {
    return record_.flag("IsScanPackageService", retval);
  }
  HRESULT STDMETHODCALLTYPE get_ServiceUrl(BSTR* retval) override { return record_.text("ServiceUrl", retval); }
  HRESULT STDMETHODCALLTYPE get_IsDefaultAUService(VARIANT_BOOL* retval) override {
    return record_.flag("IsDefaultAUService", retval);
  }
  FAKE_WUA_UNUSED(get_ContentValidationCert(VARIANT*))
  FAKE_WUA_UNUSED(get_ExpirationDate(DATE*))
  FAKE_WUA_UNUSED(get_RedirectUrls(IStringCollection**))
  FAKE_WUA_UNUSED(get_CanRegisterWithAU(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_SetupPrefix(BSTR*))

 private:
  bool answers_to(REFIID wanted) const override {
    return is_among(wanted, {__uuidof(IUpdateService), __uuidof(IUpdateService2)}, version("IUpdateService", 2));
  }

  Record record_;
};

IUpdateService* make_service(const json& object) {
  return new Service(object);
}

class Manager final : public Object<IUpdateServiceManager2> {
 public:
  HRESULT STDMETHODCALLTYPE get_Services(IUpdateServiceCollection** retval) override {
    return give(fault("IUpdateServiceManager.Services"), retval, [] {
      return new Collection<IUpdateServiceCollection, IUpdateService>(
          items_of(Record(catalogue()).list("services")), make_service);
    });
  }
  HRESULT STDMETHODCALLTYPE AddScanPackageService(BSTR name, BSTR file, LONG flags, IUpdateService** retval) override {
    note("AddScanPackageService " + utf8(name) + " " + std::to_string(flags) + " " + utf8(file));
    HRESULT result = fault("IUpdateServiceManager.AddScanPackageService");
    if (SUCCEEDED(result) && GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES)
      result = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    has_scan_package = SUCCEEDED(result);
    return give(result, retval, [] { return make_service(part("scanPackage")); });
  }
  HRESULT STDMETHODCALLTYPE RemoveService(BSTR id) override {
    note("RemoveService " + utf8(id));
    return fault("IUpdateServiceManager.RemoveService");
  }
  HRESULT STDMETHODCALLTYPE put_ClientApplicationID(BSTR) override { return S_OK; }
  FAKE_WUA_UNUSED(AddService(BSTR, BSTR, IUpdateService**))
  FAKE_WUA_UNUSED(RegisterServiceWithAU(BSTR))
  FAKE_WUA_UNUSED(UnregisterServiceWithAU(BSTR))
  FAKE_WUA_UNUSED(SetOption(BSTR, VARIANT))
  FAKE_WUA_UNUSED(get_ClientApplicationID(BSTR*))
  FAKE_WUA_UNUSED(QueryServiceRegistration(BSTR, IUpdateServiceRegistration**))
  FAKE_WUA_UNUSED(AddService2(BSTR, LONG, BSTR, IUpdateServiceRegistration**))

 private:
  bool answers_to(REFIID wanted) const override {
    return is_among(wanted, {__uuidof(IUpdateServiceManager), __uuidof(IUpdateServiceManager2)},
                    version("IUpdateServiceManager", 2));
  }
};

}  // namespace

std::string scan_package_service() {
  return has_scan_package ? Record(part("scanPackage")).string("ServiceID") : std::string();
}

IUpdateServiceManager* make_service_manager() {
  return new Manager;
}

}  // namespace fake_wua
