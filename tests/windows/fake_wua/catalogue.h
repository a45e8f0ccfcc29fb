// SPDX-License-Identifier: Apache-2.0
// What the fake Windows Update Agent says, and where it fails: a JSON file named by FAKE_WUA_CATALOG, else by the value
// Catalog of HKLM\Software\FakeWUA (a service does not see a test's environment).
//
// {"log": FILE,                  what was called and changes something, a line each; left out: nothing is noted
//  "faults": {CALL: FAULT},      CALL is "IUpdateSearcher.BeginSearch", or a class that can't be made: "UpdateSession"
//                                FAULT is an HRESULT as "0x8024402C", "hang" or "crash"
//  "versions": {"IUpdate": 1},   the last that is there of IUpdate5, IUpdateService2, IUpdateServiceManager2,
//                                IUpdateSession2 and IAutomaticUpdates2
//  "agent": {"ProductVersionString": "…", "ApiMajorVersion": 8}, "system": {"RebootRequired": false},
//  "automaticUpdates": {"ServiceEnabled": true, "NotificationLevel": 4, "LastSearchSuccessDate": "2026-11-27T03:00:00Z"},
//  "search": {"ResultCode": 3, "Warnings": […], "delayMs": 700, "hang": true, "ignoreAbort": true},
//  "services": […], "scanPackage": {"ServiceID": …, "updates": […]}, "history": […], "updates": […]}
//
// Objects have the names of WUA's own properties; "errors": {"MaxDownloadSize": "0x80004005"} in one makes these fail.
#pragma once

#include <windows.h>

#include <oleauto.h>

#include <string>

#include <nlohmann/json.hpp>

namespace fake_wua {

using nlohmann::json;

/// The whole file, read once. Ends the process with a message where it can't be read: a test would wait for nothing.
const json& catalogue();
/// A member of the catalogue, or null.
const json& part(const char* name);

/// S_OK, or what is to happen at this call: its HRESULT, or that it never returns.
HRESULT fault(const std::string& call);
/// The version of an interface that is there: "IUpdate", 5.
int version(const char* interface_name, int newest);

void note(const std::string& line);

HRESULT hresult_of(const json& text);
std::wstring wide(const std::string& text);
std::string utf8(const wchar_t* text);
/// "2026-11-27T03:00:00Z" in days since 1899-12-30.
double date_of(const std::string& text);

/// An object of the catalogue, and the properties of it.
class Record {
 public:
  explicit Record(const json& object) : object_(object) {}

  /// S_OK, or what "errors" says of this property.
  HRESULT error(const char* property) const;
  HRESULT text(const char* property, BSTR* retval) const;
  HRESULT flag(const char* property, VARIANT_BOOL* retval) const;
  HRESULT date(const char* property, DATE* retval) const;
  /// Empty where the property is not there.
  HRESULT date(const char* property, VARIANT* retval) const;
  HRESULT size(const char* property, DECIMAL* retval) const;
  template <class Number>
  HRESULT number(const char* property, Number* retval, int otherwise = 0) const {
    *retval = static_cast<Number>(object_.value(property, otherwise));
    return error(property);
  }
  const json& list(const char* property) const;
  std::string string(const char* property) const { return object_.value(property, std::string()); }
  bool is(const char* property) const { return object_.value(property, false); }
  const json& object() const { return object_; }

 private:
  const json& object_;
};

}  // namespace fake_wua
