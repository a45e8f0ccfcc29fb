// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_updates.h"

#include "collectors/windows_update/windows_update_probe_com.h"

namespace patchstate::windows_update {
namespace {

UpdateType type_of(::UpdateType type) {
  switch (type) {
    case utSoftware: return UpdateType::software;
    case utDriver: return UpdateType::driver;
  }
  return UpdateType::unknown;
}

Reboot reboot_of(InstallationRebootBehavior behavior) {
  switch (behavior) {
    case irbNeverReboots: return Reboot::never;
    case irbAlwaysRequiresReboot: return Reboot::always;
    case irbCanRequestReboot: return Reboot::can_request;
  }
  return Reboot::unknown;
}

AutoSelection selection_of(AutoSelectionMode mode) {
  switch (mode) {
    case asLetWindowsUpdateDecide: return AutoSelection::let_windows_update_decide;
    case asAutoSelectIfDownloaded: return AutoSelection::auto_select_if_downloaded;
    case asNeverAutoSelect: return AutoSelection::never_auto_select;
    case asAlwaysAutoSelect: return AutoSelection::always_auto_select;
  }
  return AutoSelection::unknown;
}

/// By their numbers: not every wuapi.h knows the last.
DeploymentAction action_of(::DeploymentAction action) {
  switch (static_cast<int>(action)) {
    case 0: return DeploymentAction::none;
    case 1: return DeploymentAction::installation;
    case 2: return DeploymentAction::uninstallation;
    case 3: return DeploymentAction::detection;
    case 4: return DeploymentAction::optional_installation;
    default: return DeploymentAction::unknown;
  }
}

std::optional<std::int64_t> size_of(IUpdate& update, Reader& read) {
  auto decimal = read.value<DECIMAL>(update, &IUpdate::get_MaxDownloadSize, "IUpdate.MaxDownloadSize");
  LONG64 bytes = 0;
  if (!decimal || !read.succeeded(VarI8FromDec(&*decimal, &bytes), "IUpdate.MaxDownloadSize")) return std::nullopt;
  return bytes;
}

std::vector<Category> categories_of(IUpdate& update, Reader& read) {
  constexpr const char* kName = "IUpdate.Categories";
  std::vector<Category> categories;
  const auto collection = read.child<ICategoryCollection>(update, &IUpdate::get_Categories, kName);
  if (!collection) return categories;
  const LONG count = read.value<LONG>(*collection.Get(), &ICategoryCollection::get_Count, kName).value_or(0);
  for (LONG at = 0; at < count; ++at) {
    ComPtr<ICategory> category;
    if (!read.succeeded(collection->get_Item(at, category.GetAddressOf()), kName)) break;
    categories.push_back(
        {lower_case(read.text(*category.Get(), &ICategory::get_CategoryID, "ICategory.CategoryID")),
         read.text(*category.Get(), &ICategory::get_Name, "ICategory.Name"),
         read.text(*category.Get(), &ICategory::get_Type, "ICategory.Type")});
  }
  return categories;
}

void read_identity(IUpdate& update, Reader& read, RawUpdate& one) {
  const auto identity = read.child<IUpdateIdentity>(update, &IUpdate::get_Identity, "IUpdate.Identity");
  if (!identity) return;
  one.id = lower_case(read.text(*identity.Get(), &IUpdateIdentity::get_UpdateID, "IUpdateIdentity.UpdateID"));
  one.revision =
      read.value<LONG>(*identity.Get(), &IUpdateIdentity::get_RevisionNumber, "IUpdateIdentity.RevisionNumber")
          .value_or(0);
}

void read_reboot_behavior(IUpdate& update, Reader& read, RawUpdate& one) {
  const auto behavior = read.child<IInstallationBehavior>(update, &IUpdate::get_InstallationBehavior,
                                                          "IUpdate.InstallationBehavior");
  if (!behavior) return;
  const auto reboot = read.value<InstallationRebootBehavior>(
      *behavior.Get(), &IInstallationBehavior::get_RebootBehavior, "IInstallationBehavior.RebootBehavior");
  if (reboot) one.reboot_behavior = reboot_of(*reboot);
}

/// What every agent has.
void read_first_version(IUpdate& update, Reader& read, RawUpdate& one) {
  one.title = read.text(update, &IUpdate::get_Title, "IUpdate.Title");
  if (const auto type = read.value<::UpdateType>(update, &IUpdate::get_Type, "IUpdate.Type")) one.type = type_of(*type);
  if (const auto action =
          read.value<::DeploymentAction>(update, &IUpdate::get_DeploymentAction, "IUpdate.DeploymentAction"))
    one.deployment_action = action_of(*action);
  one.kb_ids = read.texts(update, &IUpdate::get_KBArticleIDs, "IUpdate.KBArticleIDs");
  one.categories = categories_of(update, read);
  one.msrc_severity = read.text(update, &IUpdate::get_MsrcSeverity, "IUpdate.MsrcSeverity");
  one.size_bytes = size_of(update, read);
  one.is_downloaded = read.flag(update, &IUpdate::get_IsDownloaded, "IUpdate.IsDownloaded");
  one.is_mandatory = read.flag(update, &IUpdate::get_IsMandatory, "IUpdate.IsMandatory");
  one.is_hidden = read.flag(update, &IUpdate::get_IsHidden, "IUpdate.IsHidden");
  one.is_installed = read.flag(update, &IUpdate::get_IsInstalled, "IUpdate.IsInstalled");
  one.is_beta = read.flag(update, &IUpdate::get_IsBeta, "IUpdate.IsBeta");
  one.eula_accepted = read.flag(update, &IUpdate::get_EulaAccepted, "IUpdate.EulaAccepted");
  one.last_deployment_change =
      read.date(update, &IUpdate::get_LastDeploymentChangeTime, "IUpdate.LastDeploymentChangeTime");
  one.deadline = read.optional_date(update, &IUpdate::get_Deadline, "IUpdate.Deadline");
  one.support_url = read.text(update, &IUpdate::get_SupportUrl, "IUpdate.SupportUrl");
  one.more_info_urls = read.texts(update, &IUpdate::get_MoreInfoUrls, "IUpdate.MoreInfoUrls");
  one.superseded_ids = read.texts(update, &IUpdate::get_SupersededUpdateIDs, "IUpdate.SupersededUpdateIDs");
  for (auto& id : one.superseded_ids) id = lower_case(std::move(id));
}

void read_later_versions(IUpdate& update, Reader& read, std::vector<std::string>& missing_interfaces, RawUpdate& one) {
  if (const auto second = later<IUpdate2>(update, "IUpdate2", missing_interfaces)) {
    one.reboot_required = read.flag(*second.Get(), &IUpdate2::get_RebootRequired, "IUpdate2.RebootRequired");
    one.cve_ids = read.texts(*second.Get(), &IUpdate2::get_CveIDs, "IUpdate2.CveIDs");
  }
  if (const auto third = later<IUpdate3>(update, "IUpdate3", missing_interfaces))
    one.browse_only = read.flag(*third.Get(), &IUpdate3::get_BrowseOnly, "IUpdate3.BrowseOnly");
  if (const auto fourth = later<IUpdate4>(update, "IUpdate4", missing_interfaces))
    one.per_user = read.flag(*fourth.Get(), &IUpdate4::get_PerUser, "IUpdate4.PerUser");
  if (const auto fifth = later<IUpdate5>(update, "IUpdate5", missing_interfaces)) {
    const auto mode = read.value<AutoSelectionMode>(*fifth.Get(), &IUpdate5::get_AutoSelection, "IUpdate5.AutoSelection");
    if (mode) one.auto_selection = selection_of(*mode);
  }
}

}  // namespace

RawUpdate read_update(IUpdate& update, std::vector<std::string>& missing_interfaces) {
  RawUpdate one;
  Reader read(one.missing);
  read_identity(update, read, one);
  read_first_version(update, read, one);
  read_reboot_behavior(update, read, one);
  read_later_versions(update, read, missing_interfaces, one);
  return one;
}

}  // namespace patchstate::windows_update
