// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_policy.h"

#include "collectors/windows_update/windows_update_probe_com.h"

namespace patchstate::windows_update {
namespace {

constexpr const wchar_t* kPolicy = L"SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate";
constexpr const wchar_t* kAutomatic = L"SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU";
constexpr const wchar_t* kDeviceManagement = L"SOFTWARE\\Microsoft\\PolicyManager\\current\\device\\Update";
/// What an administrator chose in Settings.
constexpr const wchar_t* kSettings = L"SOFTWARE\\Microsoft\\WindowsUpdate\\UX\\Settings";
constexpr const wchar_t* kService = L"SYSTEM\\CurrentControlSet\\Services\\wuauserv";
constexpr std::size_t kLongestText = 2048;

class Registry {
 public:
  explicit Registry(std::vector<Missing>& problems) : problems_(problems) {}

  std::optional<std::int64_t> number(const wchar_t* key, const wchar_t* name) {
    DWORD value = 0;
    DWORD size = sizeof value;
    const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD | RRF_SUBKEY_WOW6464KEY,
                                        nullptr, &value, &size);
    return is_there(status, name) ? std::optional<std::int64_t>(value) : std::nullopt;
  }
  std::optional<std::string> text(const wchar_t* key, const wchar_t* name) {
    std::wstring value(kLongestText, L'\0');
    auto size = static_cast<DWORD>(value.size() * sizeof(wchar_t));
    const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, nullptr,
                                        value.data(), &size);
    if (!is_there(status, name)) return std::nullopt;
    const Bstr found{std::wstring(value.c_str())};
    return utf8(found.get());
  }

 private:
  bool is_there(LSTATUS status, const wchar_t* name) {
    if (status == ERROR_SUCCESS) return true;
    const std::wstring wide(name);
    const Bstr text(wide);
    if (status != ERROR_FILE_NOT_FOUND)
      problems_.push_back({"Registry." + utf8(text.get()), error_code(HRESULT_FROM_WIN32(static_cast<DWORD>(status)))});
    return false;
  }

  std::vector<Missing>& problems_;
};

}  // namespace

UpdatePolicy read_update_policy(std::vector<Missing>& problems) {
  Registry registry(problems);
  UpdatePolicy policy;
  policy.wu_server = registry.text(kPolicy, L"WUServer");
  policy.wu_status_server = registry.text(kPolicy, L"WUStatusServer");
  policy.use_wu_server = registry.number(kAutomatic, L"UseWUServer");
  policy.no_auto_update = registry.number(kAutomatic, L"NoAutoUpdate");
  policy.au_options = registry.number(kAutomatic, L"AUOptions");
  policy.disable_dual_scan = registry.number(kPolicy, L"DisableDualScan");
  policy.do_not_connect_to_internet = registry.number(kPolicy, L"DoNotConnectToWindowsUpdateInternetLocations");
  policy.disable_windows_update_access = registry.number(kPolicy, L"DisableWindowsUpdateAccess");
  policy.use_update_class_policy_source = registry.number(kAutomatic, L"UseUpdateClassPolicySource");
  policy.source_for_quality_updates = registry.number(kPolicy, L"SetPolicyDrivenUpdateSourceForQualityUpdates");
  policy.source_for_feature_updates = registry.number(kPolicy, L"SetPolicyDrivenUpdateSourceForFeatureUpdates");
  policy.source_for_driver_updates = registry.number(kPolicy, L"SetPolicyDrivenUpdateSourceForDriverUpdates");
  policy.source_for_other_updates = registry.number(kPolicy, L"SetPolicyDrivenUpdateSourceForOtherUpdates");
  policy.mdm_update_service_url = registry.text(kDeviceManagement, L"UpdateServiceUrl");
  policy.mdm_allow_update_service = registry.number(kDeviceManagement, L"AllowUpdateService");
  policy.target_release_version = registry.text(kPolicy, L"TargetReleaseVersionInfo");
  policy.defer_quality_updates_days = registry.number(kPolicy, L"DeferQualityUpdatesPeriodInDays");
  policy.pause_quality_updates_until = registry.text(kSettings, L"PauseQualityUpdatesEndTime");
  policy.wuauserv_start = registry.number(kService, L"Start");
  return policy;
}

}  // namespace patchstate::windows_update
