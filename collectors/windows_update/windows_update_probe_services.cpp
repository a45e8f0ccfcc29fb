// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_services.h"

namespace patchstate::windows_update {
namespace {

constexpr const wchar_t* kPackageName = L"patchstate offline scan";
constexpr LONG kLongestHistory = 200;

void read_version(Snapshot& snapshot) {
  Reader read(snapshot.problems);
  ComPtr<IWindowsUpdateAgentInfo> info;
  if (!read.succeeded(create(__uuidof(WindowsUpdateAgentInfo), info), "WindowsUpdateAgentInfo")) return;
  Variant name(L"ProductVersionString");
  Variant version;
  if (read.succeeded(info->GetInfo(name.get(), &version.get()), "IWindowsUpdateAgentInfo.ProductVersionString") &&
      version.get().vt == VT_BSTR)
    snapshot.agent_version = utf8(version.get().bstrVal);
  Variant major_name(L"ApiMajorVersion");
  Variant major;
  if (read.succeeded(info->GetInfo(major_name.get(), &major.get()), "IWindowsUpdateAgentInfo.ApiMajorVersion") &&
      major.get().vt == VT_I4)
    snapshot.api_major = major.get().lVal;
}

void read_automatic_updates(Snapshot& snapshot) {
  Reader read(snapshot.problems);
  ComPtr<IAutomaticUpdates> automatic;
  if (!read.succeeded(create(__uuidof(AutomaticUpdates), automatic), "AutomaticUpdates")) return;
  snapshot.automatic_updates_enabled =
      read.flag(*automatic.Get(), &IAutomaticUpdates::get_ServiceEnabled, "IAutomaticUpdates.ServiceEnabled");
  if (const auto settings = read.child<IAutomaticUpdatesSettings>(*automatic.Get(), &IAutomaticUpdates::get_Settings,
                                                                  "IAutomaticUpdates.Settings"))
    snapshot.notification_level =
        read.value<AutomaticUpdatesNotificationLevel>(*settings.Get(), &IAutomaticUpdatesSettings::get_NotificationLevel,
                                                      "IAutomaticUpdatesSettings.NotificationLevel");
  const auto second = later<IAutomaticUpdates2>(*automatic.Get(), "IAutomaticUpdates2", snapshot.missing_interfaces);
  if (!second) return;
  const auto results = read.child<IAutomaticUpdatesResults>(*second.Get(), &IAutomaticUpdates2::get_Results,
                                                            "IAutomaticUpdates2.Results");
  if (!results) return;
  snapshot.last_search_success =
      read.optional_date(*results.Get(), &IAutomaticUpdatesResults::get_LastSearchSuccessDate,
                         "IAutomaticUpdatesResults.LastSearchSuccessDate");
  snapshot.last_installation_success =
      read.optional_date(*results.Get(), &IAutomaticUpdatesResults::get_LastInstallationSuccessDate,
                         "IAutomaticUpdatesResults.LastInstallationSuccessDate");
}

void read_reboot(Snapshot& snapshot) {
  Reader read(snapshot.problems);
  ComPtr<ISystemInformation> system;
  if (!read.succeeded(create(__uuidof(SystemInformation), system), "SystemInformation")) return;
  snapshot.reboot_required =
      read.flag(*system.Get(), &ISystemInformation::get_RebootRequired, "ISystemInformation.RebootRequired");
}

bool is_successful_installation(IUpdateHistoryEntry& entry, Reader& read) {
  const auto operation =
      read.value<UpdateOperation>(entry, &IUpdateHistoryEntry::get_Operation, "IUpdateHistoryEntry.Operation");
  const auto result =
      read.value<OperationResultCode>(entry, &IUpdateHistoryEntry::get_ResultCode, "IUpdateHistoryEntry.ResultCode");
  return operation == uoInstallation && (result == orcSucceeded || result == orcSucceededWithErrors);
}

HistoryEntry read_entry(IUpdateHistoryEntry& entry, Reader& read) {
  HistoryEntry one;
  one.title = read.text(entry, &IUpdateHistoryEntry::get_Title, "IUpdateHistoryEntry.Title");
  one.date = read.date(entry, &IUpdateHistoryEntry::get_Date, "IUpdateHistoryEntry.Date");
  if (const auto identity = read.child<IUpdateIdentity>(entry, &IUpdateHistoryEntry::get_UpdateIdentity,
                                                        "IUpdateHistoryEntry.UpdateIdentity"))
    one.update_id = lower_case(read.text(*identity.Get(), &IUpdateIdentity::get_UpdateID, "IUpdateIdentity.UpdateID"));
  return one;
}

UpdateService read_service(IUpdateService& service, Snapshot& snapshot) {
  Reader read(snapshot.problems);
  UpdateService one;
  one.id = lower_case(read.text(service, &IUpdateService::get_ServiceID, "IUpdateService.ServiceID"));
  one.name = read.text(service, &IUpdateService::get_Name, "IUpdateService.Name");
  one.url = read.text(service, &IUpdateService::get_ServiceUrl, "IUpdateService.ServiceUrl");
  one.is_managed = read.flag(service, &IUpdateService::get_IsManaged, "IUpdateService.IsManaged");
  one.is_registered = read.flag(service, &IUpdateService::get_IsRegisteredWithAU, "IUpdateService.IsRegisteredWithAU");
  one.is_scan_package =
      read.flag(service, &IUpdateService::get_IsScanPackageService, "IUpdateService.IsScanPackageService");
  one.offers_windows_updates =
      read.flag(service, &IUpdateService::get_OffersWindowsUpdates, "IUpdateService.OffersWindowsUpdates");
  one.issued = read.date(service, &IUpdateService::get_IssueDate, "IUpdateService.IssueDate");
  if (const auto second = later<IUpdateService2>(service, "IUpdateService2", snapshot.missing_interfaces))
    one.is_default =
        read.flag(*second.Get(), &IUpdateService2::get_IsDefaultAUService, "IUpdateService2.IsDefaultAUService");
  return one;
}

/// The agent opens the file as the system account, which has no network drive, and says of a share only that the name
/// is wrong (0x8007007B).
bool is_local(const std::filesystem::path& file) {
  const std::wstring drive = file.root_path().wstring();
  return file.is_absolute() && file.root_name().wstring().size() == 2 && GetDriveTypeW(drive.c_str()) != DRIVE_REMOTE;
}

}  // namespace

void read_agent(Snapshot& snapshot) {
  read_version(snapshot);
  read_automatic_updates(snapshot);
  read_reboot(snapshot);
}

void read_history(IUpdateSearcher& searcher, Snapshot& snapshot) {
  Reader read(snapshot.problems);
  const auto total =
      read.value<LONG>(searcher, &IUpdateSearcher::GetTotalHistoryCount, "IUpdateSearcher.GetTotalHistoryCount");
  if (!total || *total <= 0) return;
  ComPtr<IUpdateHistoryEntryCollection> entries;
  if (!read.succeeded(searcher.QueryHistory(0, std::min(*total, kLongestHistory), entries.GetAddressOf()),
                      "IUpdateSearcher.QueryHistory"))
    return;
  const LONG count =
      read.value<LONG>(*entries.Get(), &IUpdateHistoryEntryCollection::get_Count, "IUpdateSearcher.QueryHistory")
          .value_or(0);
  for (LONG at = 0; at < count; ++at) {
    ComPtr<IUpdateHistoryEntry> entry;
    if (!read.succeeded(entries->get_Item(at, entry.GetAddressOf()), "IUpdateSearcher.QueryHistory")) return;
    if (!is_successful_installation(*entry.Get(), read)) continue;
    snapshot.last_installation = read_entry(*entry.Get(), read);
    return;
  }
}

Services::Services(Snapshot& snapshot) : snapshot_(snapshot) {
  created_ = create(__uuidof(UpdateServiceManager), manager_);
  Reader read(snapshot_.problems);
  if (!read.succeeded(created_, "UpdateServiceManager")) return;
  if (const auto second =
          later<IUpdateServiceManager2>(*manager_.Get(), "IUpdateServiceManager2", snapshot_.missing_interfaces)) {
    const Bstr name(L"patchstate");
    read.succeeded(second->put_ClientApplicationID(name.get()), "IUpdateServiceManager2.ClientApplicationID");
  }
}

void Services::read() {
  if (!manager_) return;
  Reader read(snapshot_.problems);
  const auto services = read.child<IUpdateServiceCollection>(
      *manager_.Get(), &IUpdateServiceManager::get_Services, "IUpdateServiceManager.Services");
  if (!services) return;
  const auto count =
      read.value<LONG>(*services.Get(), &IUpdateServiceCollection::get_Count, "IUpdateServiceManager.Services");
  if (!count) return;
  std::vector<UpdateService> all;
  for (LONG at = 0; at < *count; ++at) {
    ComPtr<IUpdateService> service;
    // Half a list would say that a service is not there.
    if (!read.succeeded(services->get_Item(at, service.GetAddressOf()), "IUpdateServiceManager.Services")) return;
    all.push_back(read_service(*service.Get(), snapshot_));
  }
  snapshot_.services = std::move(all);
}

std::string Services::add_scan_package(const std::filesystem::path& cab) {
  Search& search = snapshot_.search;
  search.offline_package = true;
  search.failed_call = "IUpdateServiceManager.AddScanPackageService";
  if (!manager_) {
    search.failed_call = "UpdateServiceManager";
    search.error = error_code(created_);
    return {};
  }
  const Bstr name{std::wstring(kPackageName)};
  if (snapshot_.services)
    for (const auto& service : *snapshot_.services)
      if (service.is_scan_package == true && service.name == utf8(name.get())) remove(service.id);
  if (!is_local(cab)) {
    search.error = error_code(HRESULT_FROM_WIN32(ERROR_INVALID_NAME));
    return {};
  }
  const Bstr file(cab.wstring());
  ComPtr<IUpdateService> service;
  Bstr id;
  HRESULT result = manager_->AddScanPackageService(name.get(), file.get(), 0, service.GetAddressOf());
  if (SUCCEEDED(result)) result = service->get_ServiceID(id.put());
  if (FAILED(result)) {
    search.error = error_code(result);
    return {};
  }
  search.failed_call.clear();
  scan_package_ = lower_case(utf8(id.get()));
  if (!snapshot_.services) snapshot_.services.emplace();
  snapshot_.services->push_back(read_service(*service.Get(), snapshot_));
  return scan_package_;
}

void Services::remove(const std::string& id) {
  const Bstr text(std::wstring(id.begin(), id.end()));
  Reader(snapshot_.problems)
      .succeeded(manager_->RemoveService(text.get()), "IUpdateServiceManager.RemoveService");
}

Services::~Services() {
  if (!scan_package_.empty()) remove(scan_package_);
}

}  // namespace patchstate::windows_update
