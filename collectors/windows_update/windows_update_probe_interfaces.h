// SPDX-License-Identifier: Apache-2.0
// Interfaces of the Windows Update Agent that mingw-w64's wuapi.h lacks; with the Windows SDK, whose wuapi.h has all of
// them, nothing is declared here. Identifiers and order of methods: [MS-UAMG], appendix A.
#pragma once

#include <windows.h>

#include <oaidl.h>
#include <wuapi.h>

#ifndef __IUpdate2_INTERFACE_DEFINED__

// Interfaces, and what implements them, have no virtual destructor: it would be one more entry in the table of functions.
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// The type, and what __uuidof of it is.
#define PATCHSTATE_WUA_TYPE(name, ...) \
  struct name;                         \
  __CRT_UUID_DECL(name, __VA_ARGS__)
#define PATCHSTATE_WUA_METHOD(...) virtual HRESULT STDMETHODCALLTYPE __VA_ARGS__ = 0

enum AutoSelectionMode {
  asLetWindowsUpdateDecide = 0,
  asAutoSelectIfDownloaded = 1,
  asNeverAutoSelect = 2,
  asAlwaysAutoSelect = 3
};
enum AutoDownloadMode { adLetWindowsUpdateDecide = 0, adNeverAutoDownload = 1, adAlwaysAutoDownload = 2 };
enum UpdateServiceRegistrationState { usrsNotRegistered = 1, usrsRegistrationPending = 2, usrsRegistered = 3 };

PATCHSTATE_WUA_TYPE(UpdateServiceManager, 0xf8d253d9, 0x89a4, 0x4daa, 0x87, 0xb6, 0x11, 0x68, 0x36, 0x9f, 0x0b, 0x21)

PATCHSTATE_WUA_TYPE(IUpdate2, 0x144fe9b0, 0xd23d, 0x4a8b, 0x86, 0x34, 0xfb, 0x44, 0x57, 0x53, 0x3b, 0x7a)
struct IUpdate2 : public IUpdate {
  PATCHSTATE_WUA_METHOD(get_RebootRequired(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_IsPresent(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_CveIDs(IStringCollection** retval));
  PATCHSTATE_WUA_METHOD(CopyToCache(IStringCollection* files));
};

PATCHSTATE_WUA_TYPE(IUpdate3, 0x112eda6b, 0x95b3, 0x476f, 0x9d, 0x90, 0xae, 0xe8, 0x2c, 0x6b, 0x81, 0x81)
struct IUpdate3 : public IUpdate2 {
  PATCHSTATE_WUA_METHOD(get_BrowseOnly(VARIANT_BOOL* retval));
};

PATCHSTATE_WUA_TYPE(IUpdate4, 0x27e94b0d, 0x5139, 0x49a2, 0x9a, 0x61, 0x93, 0x52, 0x2d, 0xc5, 0x46, 0x52)
struct IUpdate4 : public IUpdate3 {
  PATCHSTATE_WUA_METHOD(get_PerUser(VARIANT_BOOL* retval));
};

PATCHSTATE_WUA_TYPE(IUpdate5, 0xc1c2f21a, 0xd2f4, 0x4902, 0xb5, 0xc6, 0x8a, 0x08, 0x1c, 0x19, 0xa8, 0x90)
struct IUpdate5 : public IUpdate4 {
  PATCHSTATE_WUA_METHOD(get_AutoSelection(AutoSelectionMode* retval));
  PATCHSTATE_WUA_METHOD(get_AutoDownload(AutoDownloadMode* retval));
};

PATCHSTATE_WUA_TYPE(IUpdateService, 0x76b3b17e, 0xaed6, 0x4da5, 0x85, 0xf0, 0x83, 0x58, 0x7f, 0x81, 0xab, 0xe3)
struct IUpdateService : public IDispatch {
  PATCHSTATE_WUA_METHOD(get_Name(BSTR* retval));
  PATCHSTATE_WUA_METHOD(get_ContentValidationCert(VARIANT* retval));
  PATCHSTATE_WUA_METHOD(get_ExpirationDate(DATE* retval));
  PATCHSTATE_WUA_METHOD(get_IsManaged(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_IsRegisteredWithAU(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_IssueDate(DATE* retval));
  PATCHSTATE_WUA_METHOD(get_OffersWindowsUpdates(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_RedirectUrls(IStringCollection** retval));
  PATCHSTATE_WUA_METHOD(get_ServiceID(BSTR* retval));
  PATCHSTATE_WUA_METHOD(get_IsScanPackageService(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_CanRegisterWithAU(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_ServiceUrl(BSTR* retval));
  PATCHSTATE_WUA_METHOD(get_SetupPrefix(BSTR* retval));
};

PATCHSTATE_WUA_TYPE(IUpdateService2, 0x1518b460, 0x6518, 0x4172, 0x94, 0x0f, 0xc7, 0x58, 0x83, 0xb2, 0x4c, 0xeb)
struct IUpdateService2 : public IUpdateService {
  PATCHSTATE_WUA_METHOD(get_IsDefaultAUService(VARIANT_BOOL* retval));
};

PATCHSTATE_WUA_TYPE(IUpdateServiceCollection, 0x9b0353aa, 0x0e52, 0x44ff, 0xb8, 0xb0, 0x1f, 0x7f, 0xa0, 0x43, 0x7f,
                    0x88)
struct IUpdateServiceCollection : public IDispatch {
  PATCHSTATE_WUA_METHOD(get_Item(LONG index, IUpdateService** retval));
  PATCHSTATE_WUA_METHOD(get__NewEnum(IUnknown** retval));
  PATCHSTATE_WUA_METHOD(get_Count(LONG* retval));
};

PATCHSTATE_WUA_TYPE(IUpdateServiceRegistration, 0xdde02280, 0x12b3, 0x4e0b, 0x93, 0x7b, 0x67, 0x47, 0xf6, 0xac, 0xb2,
                    0x86)
struct IUpdateServiceRegistration : public IDispatch {
  PATCHSTATE_WUA_METHOD(get_RegistrationState(UpdateServiceRegistrationState* retval));
  PATCHSTATE_WUA_METHOD(get_ServiceID(BSTR* retval));
  PATCHSTATE_WUA_METHOD(get_IsPendingRegistrationWithAU(VARIANT_BOOL* retval));
  PATCHSTATE_WUA_METHOD(get_Service(IUpdateService2** retval));
};

PATCHSTATE_WUA_TYPE(IUpdateServiceManager, 0x23857e3c, 0x02ba, 0x44a3, 0x94, 0x23, 0xb1, 0xc9, 0x00, 0x80, 0x5f, 0x37)
struct IUpdateServiceManager : public IDispatch {
  PATCHSTATE_WUA_METHOD(get_Services(IUpdateServiceCollection** retval));
  PATCHSTATE_WUA_METHOD(AddService(BSTR id, BSTR authorization_cab, IUpdateService** retval));
  PATCHSTATE_WUA_METHOD(RegisterServiceWithAU(BSTR id));
  PATCHSTATE_WUA_METHOD(RemoveService(BSTR id));
  PATCHSTATE_WUA_METHOD(UnregisterServiceWithAU(BSTR id));
  PATCHSTATE_WUA_METHOD(AddScanPackageService(BSTR name, BSTR file, LONG flags, IUpdateService** retval));
  PATCHSTATE_WUA_METHOD(SetOption(BSTR name, VARIANT value));
};

PATCHSTATE_WUA_TYPE(IUpdateServiceManager2, 0x0bb8531d, 0x7e8d, 0x424f, 0x98, 0x6c, 0xa0, 0xb8, 0xf6, 0x0a, 0x3e, 0x7b)
struct IUpdateServiceManager2 : public IUpdateServiceManager {
  PATCHSTATE_WUA_METHOD(get_ClientApplicationID(BSTR* retval));
  PATCHSTATE_WUA_METHOD(put_ClientApplicationID(BSTR value));
  PATCHSTATE_WUA_METHOD(QueryServiceRegistration(BSTR id, IUpdateServiceRegistration** retval));
  PATCHSTATE_WUA_METHOD(AddService2(BSTR id, LONG flags, BSTR authorization_cab, IUpdateServiceRegistration** retval));
};

PATCHSTATE_WUA_TYPE(IUpdateSession2, 0x91caf7b0, 0xeb23, 0x49ed, 0x99, 0x37, 0xc5, 0x2d, 0x81, 0x7f, 0x46, 0xf7)
struct IUpdateSession2 : public IUpdateSession {
  PATCHSTATE_WUA_METHOD(get_UserLocale(LCID* retval));
  PATCHSTATE_WUA_METHOD(put_UserLocale(LCID locale));
};

PATCHSTATE_WUA_TYPE(IAutomaticUpdatesResults, 0xe7a4d634, 0x7942, 0x4dd9, 0xa1, 0x11, 0x82, 0x22, 0x8b, 0xa3, 0x39,
                    0x01)
struct IAutomaticUpdatesResults : public IDispatch {
  PATCHSTATE_WUA_METHOD(get_LastSearchSuccessDate(VARIANT* retval));
  PATCHSTATE_WUA_METHOD(get_LastInstallationSuccessDate(VARIANT* retval));
};

PATCHSTATE_WUA_TYPE(IAutomaticUpdates2, 0x4a2f5c31, 0xcfd9, 0x410e, 0xb7, 0xfb, 0x29, 0xa6, 0x53, 0x97, 0x3a, 0x0f)
struct IAutomaticUpdates2 : public IAutomaticUpdates {
  PATCHSTATE_WUA_METHOD(get_Results(IAutomaticUpdatesResults** retval));
};

PATCHSTATE_WUA_TYPE(ISearchCompletedCallbackArgs, 0xa700a634, 0x2850, 0x4c47, 0x93, 0x8a, 0x9e, 0x4b, 0x6e, 0x5a, 0xf9,
                    0xa6)
struct ISearchCompletedCallbackArgs : public IDispatch {};

PATCHSTATE_WUA_TYPE(ISearchCompletedCallback, 0x88aee058, 0xd4b0, 0x4725, 0xa2, 0xf1, 0x81, 0x4a, 0x67, 0xae, 0x96,
                    0x4c)
struct ISearchCompletedCallback : public IUnknown {
  PATCHSTATE_WUA_METHOD(Invoke(ISearchJob* job, ISearchCompletedCallbackArgs* arguments));
};

#undef PATCHSTATE_WUA_METHOD
#undef PATCHSTATE_WUA_TYPE

#endif
