// SPDX-License-Identifier: Apache-2.0
#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

class Strings final : public Object<IStringCollection> {
 public:
  explicit Strings(const json& items) : items_(items) {}

  HRESULT STDMETHODCALLTYPE get_Item(LONG index, BSTR* retval) override {
    *retval = nullptr;
    if (index < 0 || index >= static_cast<LONG>(items_.size())) return E_INVALIDARG;
    *retval = SysAllocString(wide(items_[static_cast<std::size_t>(index)].get_ref<const std::string&>()).c_str());
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE get_Count(LONG* retval) override {
    *retval = static_cast<LONG>(items_.size());
    return S_OK;
  }
  FAKE_WUA_UNUSED(put_Item(LONG, BSTR))
  FAKE_WUA_UNUSED(get__NewEnum(IUnknown**))
  FAKE_WUA_UNUSED(get_ReadOnly(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(Add(BSTR, LONG*))
  FAKE_WUA_UNUSED(Clear())
  FAKE_WUA_UNUSED(Copy(IStringCollection**))
  FAKE_WUA_UNUSED(Insert(LONG, BSTR))
  FAKE_WUA_UNUSED(RemoveAt(LONG))

 private:
  const json& items_;
};

class Identity final : public Object<IUpdateIdentity> {
 public:
  explicit Identity(const json& object) : record_(object) {}
  HRESULT STDMETHODCALLTYPE get_RevisionNumber(LONG* retval) override {
    return record_.number("RevisionNumber", retval, 200);
  }
  HRESULT STDMETHODCALLTYPE get_UpdateID(BSTR* retval) override { return record_.text("UpdateID", retval); }

 private:
  Record record_;
};

class Behavior final : public Object<IInstallationBehavior> {
 public:
  explicit Behavior(const json& object) : record_(object) {}
  HRESULT STDMETHODCALLTYPE get_RebootBehavior(InstallationRebootBehavior* retval) override {
    return record_.number("RebootBehavior", retval);
  }
  FAKE_WUA_UNUSED(get_CanRequestUserInput(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_Impact(InstallationImpact*))
  FAKE_WUA_UNUSED(get_RequiresNetworkConnectivity(VARIANT_BOOL*))

 private:
  Record record_;
};

class Category final : public Object<ICategory> {
 public:
  explicit Category(const json& object) : record_(object) {}
  HRESULT STDMETHODCALLTYPE get_Name(BSTR* retval) override { return record_.text("Name", retval); }
  HRESULT STDMETHODCALLTYPE get_CategoryID(BSTR* retval) override { return record_.text("CategoryID", retval); }
  HRESULT STDMETHODCALLTYPE get_Type(BSTR* retval) override { return record_.text("Type", retval); }
  FAKE_WUA_UNUSED(get_Children(ICategoryCollection**))
  FAKE_WUA_UNUSED(get_Description(BSTR*))
  FAKE_WUA_UNUSED(get_Image(IImageInformation**))
  FAKE_WUA_UNUSED(get_Order(LONG*))
  FAKE_WUA_UNUSED(get_Parent(ICategory**))
  FAKE_WUA_UNUSED(get_Updates(IUpdateCollection**))

 private:
  Record record_;
};

ICategory* make_category(const json& object) {
  return new Category(object);
}

class Update final : public Object<IUpdate5> {
 public:
  explicit Update(const json& object) : record_(object) {}

  HRESULT STDMETHODCALLTYPE get_Title(BSTR* retval) override { return record_.text("Title", retval); }
  HRESULT STDMETHODCALLTYPE get_Categories(ICategoryCollection** retval) override {
    return give(record_.error("Categories"), retval, [this] {
      return new Collection<ICategoryCollection, ICategory>(items_of(record_.list("Categories")), make_category);
    });
  }
  HRESULT STDMETHODCALLTYPE get_Deadline(VARIANT* retval) override { return record_.date("Deadline", retval); }
  HRESULT STDMETHODCALLTYPE get_EulaAccepted(VARIANT_BOOL* retval) override {
    return record_.flag("EulaAccepted", retval);
  }
  HRESULT STDMETHODCALLTYPE get_Identity(IUpdateIdentity** retval) override {
    return give(record_.error("Identity"), retval, [this] { return make_identity(record_.object()); });
  }
  HRESULT STDMETHODCALLTYPE get_InstallationBehavior(IInstallationBehavior** retval) override {
    return give(record_.error("InstallationBehavior"), retval, [this] { return new Behavior(record_.object()); });
  }
  HRESULT STDMETHODCALLTYPE get_IsBeta(VARIANT_BOOL* retval) override { return record_.flag("IsBeta", retval); }
  HRESULT STDMETHODCALLTYPE get_IsDownloaded(VARIANT_BOOL* retval) override {
    return record_.flag("IsDownloaded", retval);
  }
  HRESULT STDMETHODCALLTYPE get_IsHidden(VARIANT_BOOL* retval) override { return record_.flag("IsHidden", retval); }
  HRESULT STDMETHODCALLTYPE get_IsInstalled(VARIANT_BOOL* retval) override {
    return record_.flag("IsInstalled", retval);
  }
  HRESULT STDMETHODCALLTYPE get_IsMandatory(VARIANT_BOOL* retval) override {
    return record_.flag("IsMandatory", retval);
  }
  HRESULT STDMETHODCALLTYPE get_LastDeploymentChangeTime(DATE* retval) override {
    return record_.date("LastDeploymentChangeTime", retval);
  }
  HRESULT STDMETHODCALLTYPE get_MaxDownloadSize(DECIMAL* retval) override {
    return record_.size("MaxDownloadSize", retval);
  }
  HRESULT STDMETHODCALLTYPE get_MoreInfoUrls(IStringCollection** retval) override {
    return strings("MoreInfoUrls", retval);
  }
  HRESULT STDMETHODCALLTYPE get_MsrcSeverity(BSTR* retval) override { return record_.text("MsrcSeverity", retval); }
  HRESULT STDMETHODCALLTYPE get_SupersededUpdateIDs(IStringCollection** retval) override {
    return strings("SupersededUpdateIDs", retval);
  }
  HRESULT STDMETHODCALLTYPE get_SupportUrl(BSTR* retval) override { return record_.text("SupportUrl", retval); }
  HRESULT STDMETHODCALLTYPE get_Type(::UpdateType* retval) override { return record_.number("Type", retval, utSoftware); }
  HRESULT STDMETHODCALLTYPE get_KBArticleIDs(IStringCollection** retval) override {
    return strings("KBArticleIDs", retval);
  }
  HRESULT STDMETHODCALLTYPE get_DeploymentAction(::DeploymentAction* retval) override {
    return record_.number("DeploymentAction", retval, daInstallation);
  }

  HRESULT STDMETHODCALLTYPE get_RebootRequired(VARIANT_BOOL* retval) override {
    return record_.flag("RebootRequired", retval);
  }
  HRESULT STDMETHODCALLTYPE get_CveIDs(IStringCollection** retval) override { return strings("CveIDs", retval); }
  HRESULT STDMETHODCALLTYPE get_BrowseOnly(VARIANT_BOOL* retval) override { return record_.flag("BrowseOnly", retval); }
  HRESULT STDMETHODCALLTYPE get_PerUser(VARIANT_BOOL* retval) override { return record_.flag("PerUser", retval); }
  HRESULT STDMETHODCALLTYPE get_AutoSelection(AutoSelectionMode* retval) override {
    return record_.number("AutoSelection", retval);
  }

  FAKE_WUA_UNUSED(get_AutoSelectOnWebSites(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_BundledUpdates(IUpdateCollection**))
  FAKE_WUA_UNUSED(get_CanRequireSource(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_DeltaCompressedContentAvailable(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_DeltaCompressedContentPreferred(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_Description(BSTR*))
  FAKE_WUA_UNUSED(get_EulaText(BSTR*))
  FAKE_WUA_UNUSED(get_HandlerID(BSTR*))
  FAKE_WUA_UNUSED(get_Image(IImageInformation**))
  FAKE_WUA_UNUSED(put_IsHidden(VARIANT_BOOL))
  FAKE_WUA_UNUSED(get_IsUninstallable(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_Languages(IStringCollection**))
  FAKE_WUA_UNUSED(get_MinDownloadSize(DECIMAL*))
  FAKE_WUA_UNUSED(get_RecommendedCpuSpeed(LONG*))
  FAKE_WUA_UNUSED(get_RecommendedHardDiskSpace(LONG*))
  FAKE_WUA_UNUSED(get_RecommendedMemory(LONG*))
  FAKE_WUA_UNUSED(get_ReleaseNotes(BSTR*))
  FAKE_WUA_UNUSED(get_SecurityBulletinIDs(IStringCollection**))
  FAKE_WUA_UNUSED(get_UninstallationNotes(BSTR*))
  FAKE_WUA_UNUSED(get_UninstallationBehavior(IInstallationBehavior**))
  FAKE_WUA_UNUSED(get_UninstallationSteps(IStringCollection**))
  FAKE_WUA_UNUSED(AcceptEula())
  FAKE_WUA_UNUSED(CopyFromCache(BSTR, VARIANT_BOOL))
  FAKE_WUA_UNUSED(get_DownloadPriority(DownloadPriority*))
  FAKE_WUA_UNUSED(get_DownloadContents(IUpdateDownloadContentCollection**))
  FAKE_WUA_UNUSED(get_IsPresent(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(CopyToCache(IStringCollection*))
  FAKE_WUA_UNUSED(get_AutoDownload(AutoDownloadMode*))

 private:
  bool answers_to(REFIID wanted) const override {
    return is_among(wanted,
                    {__uuidof(IUpdate), __uuidof(IUpdate2), __uuidof(IUpdate3), __uuidof(IUpdate4), __uuidof(IUpdate5)},
                    version("IUpdate", 5));
  }
  HRESULT strings(const char* property, IStringCollection** retval) {
    return give(record_.error(property), retval, [&] { return new Strings(record_.list(property)); });
  }

  Record record_;
};

class Updates final : public Object<IUpdateCollection> {
 public:
  explicit Updates(std::vector<const json*> items) : items_(std::move(items)) {}

  HRESULT STDMETHODCALLTYPE get_Item(LONG index, IUpdate** retval) override {
    *retval = nullptr;
    if (index < 0 || index >= static_cast<LONG>(items_.size())) return E_INVALIDARG;
    const json& item = *items_[static_cast<std::size_t>(index)];
    return give(Record(item).error("Item"), retval, [&] { return make_update(item); });
  }
  HRESULT STDMETHODCALLTYPE get_Count(LONG* retval) override {
    *retval = static_cast<LONG>(items_.size());
    return fault("IUpdateCollection.Count");
  }
  FAKE_WUA_UNUSED(put_Item(LONG, IUpdate*))
  FAKE_WUA_UNUSED(get__NewEnum(IUnknown**))
  FAKE_WUA_UNUSED(get_ReadOnly(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(Add(IUpdate*, LONG*))
  FAKE_WUA_UNUSED(Clear())
  FAKE_WUA_UNUSED(Copy(IUpdateCollection**))
  FAKE_WUA_UNUSED(Insert(LONG, IUpdate*))
  FAKE_WUA_UNUSED(RemoveAt(LONG))

 private:
  std::vector<const json*> items_;
};

}  // namespace

IUpdateIdentity* make_identity(const json& object) {
  return new Identity(object);
}

IUpdate* make_update(const json& update) {
  return new Update(update);
}

IUpdateCollection* make_updates(std::vector<const json*> updates) {
  return new Updates(std::move(updates));
}

}  // namespace fake_wua
