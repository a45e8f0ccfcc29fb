// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <wuerror.h>

#include "tests/windows/fake_wua/objects.h"

namespace fake_wua {
namespace {

constexpr DWORD kNoDelay = 0;

class Warning final : public Object<IUpdateException> {
 public:
  explicit Warning(const json& object) : record_(object) {}
  HRESULT STDMETHODCALLTYPE get_Message(BSTR* retval) override { return record_.text("Message", retval); }
  HRESULT STDMETHODCALLTYPE get_HResult(LONG* retval) override {
    *retval = hresult_of(record_.object().at("HResult"));
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE get_Context(UpdateExceptionContext* retval) override {
    return record_.number("Context", retval, uecGeneral);
  }

 private:
  Record record_;
};

IUpdateException* make_warning(const json& object) {
  return new Warning(object);
}

class Result final : public Object<ISearchResult> {
 public:
  explicit Result(std::vector<const json*> updates) : updates_(std::move(updates)) {}

  HRESULT STDMETHODCALLTYPE get_ResultCode(OperationResultCode* retval) override {
    return Record(part("search")).number("ResultCode", retval, orcSucceeded);
  }
  HRESULT STDMETHODCALLTYPE get_Updates(IUpdateCollection** retval) override {
    return give(fault("ISearchResult.Updates"), retval, [this] { return make_updates(updates_); });
  }
  HRESULT STDMETHODCALLTYPE get_Warnings(IUpdateExceptionCollection** retval) override {
    return give(fault("ISearchResult.Warnings"), retval, [] {
      return new Collection<IUpdateExceptionCollection, IUpdateException>(
          items_of(Record(part("search")).list("Warnings")), make_warning);
    });
  }
  FAKE_WUA_UNUSED(get_RootCategories(ICategoryCollection**))

 private:
  std::vector<const json*> updates_;
};

class Job final : public Object<ISearchJob> {
 public:
  Job(std::string criteria, const json& updates) : criteria_(std::move(criteria)), updates_(updates) {}
  ~Job() override { CloseHandle(aborted_); }

  FAKE_WUA_UNUSED(get_AsyncState(VARIANT*))
  FAKE_WUA_UNUSED(get_IsCompleted(VARIANT_BOOL*))
  HRESULT STDMETHODCALLTYPE CleanUp() override { return S_OK; }
  HRESULT STDMETHODCALLTYPE RequestAbort() override {
    note("RequestAbort");
    if (!Record(part("search")).is("ignoreAbort")) SetEvent(aborted_);
    return S_OK;
  }

  /// As long as the search takes.
  void take_time() {
    const Record search(part("search"));
    const DWORD time = search.is("hang") ? INFINITE : search.object().value("delayMs", kNoDelay);
    was_aborted_ = WaitForSingleObject(aborted_, time) == WAIT_OBJECT_0;
  }
  HRESULT end(ISearchResult** retval) {
    *retval = nullptr;
    if (was_aborted_) return static_cast<HRESULT>(WU_E_CALL_CANCELLED);
    if (const HRESULT failed = fault("IUpdateSearcher.EndSearch"); FAILED(failed)) return failed;
    std::vector<const json*> selected;
    const HRESULT result = select(criteria_, updates_, selected);
    return give(result, retval, [&] { return new Result(std::move(selected)); });
  }

 private:
  std::string criteria_;
  const json& updates_;
  HANDLE aborted_ = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::atomic<bool> was_aborted_ = false;
};

void run(const ComPtr<Job>& job, const ComPtr<ISearchCompletedCallback>& callback) {
  CoInitializeEx(nullptr, COINIT_MULTITHREADED);
  job->take_time();
  fault("the search");
  callback->Invoke(job.Get(), nullptr);
  CoUninitialize();
}

class Entry final : public Object<IUpdateHistoryEntry> {
 public:
  explicit Entry(const json& object) : record_(object) {}

  HRESULT STDMETHODCALLTYPE get_Operation(UpdateOperation* retval) override {
    return record_.number("Operation", retval, uoInstallation);
  }
  HRESULT STDMETHODCALLTYPE get_ResultCode(OperationResultCode* retval) override {
    return record_.number("ResultCode", retval, orcSucceeded);
  }
  HRESULT STDMETHODCALLTYPE get_Date(DATE* retval) override { return record_.date("Date", retval); }
  HRESULT STDMETHODCALLTYPE get_UpdateIdentity(IUpdateIdentity** retval) override {
    return give(record_.error("UpdateIdentity"), retval, [this] { return make_identity(record_.object()); });
  }
  HRESULT STDMETHODCALLTYPE get_Title(BSTR* retval) override { return record_.text("Title", retval); }
  FAKE_WUA_UNUSED(get_HResult(LONG*))
  FAKE_WUA_UNUSED(get_Description(BSTR*))
  FAKE_WUA_UNUSED(get_UnmappedResultCode(LONG*))
  FAKE_WUA_UNUSED(get_ClientApplicationID(BSTR*))
  FAKE_WUA_UNUSED(get_ServerSelection(::ServerSelection*))
  FAKE_WUA_UNUSED(get_ServiceID(BSTR*))
  FAKE_WUA_UNUSED(get_UninstallationSteps(IStringCollection**))
  FAKE_WUA_UNUSED(get_UninstallationNotes(BSTR*))
  FAKE_WUA_UNUSED(get_SupportUrl(BSTR*))

 private:
  Record record_;
};

IUpdateHistoryEntry* make_entry(const json& object) {
  return new Entry(object);
}

class Searcher final : public Object<IUpdateSearcher> {
 public:
  HRESULT STDMETHODCALLTYPE put_CanAutomaticallyUpgradeService(VARIANT_BOOL) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE put_ServerSelection(::ServerSelection value) override {
    selection_ = value;
    return fault("IUpdateSearcher.ServerSelection");
  }
  HRESULT STDMETHODCALLTYPE put_ServiceID(BSTR value) override {
    service_ = utf8(value);
    return fault("IUpdateSearcher.ServiceID");
  }
  HRESULT STDMETHODCALLTYPE get_Online(VARIANT_BOOL* retval) override {
    *retval = VARIANT_TRUE;
    return fault("IUpdateSearcher.Online");
  }
  HRESULT STDMETHODCALLTYPE put_Online(VARIANT_BOOL) override { return fault("IUpdateSearcher.Online"); }

  HRESULT STDMETHODCALLTYPE BeginSearch(BSTR criteria, IUnknown* completed, VARIANT, ISearchJob** retval) override {
    *retval = nullptr;
    if (const HRESULT failed = fault("IUpdateSearcher.BeginSearch"); FAILED(failed)) return failed;
    ComPtr<ISearchCompletedCallback> callback;
    if (FAILED(completed->QueryInterface(__uuidof(ISearchCompletedCallback),
                                         reinterpret_cast<void**>(callback.GetAddressOf()))))
      return E_INVALIDARG;
    const bool offline = selection_ == ssOthers;
    if (offline && (service_.empty() || service_ != scan_package_service()))
      return static_cast<HRESULT>(WU_E_DS_UNKNOWNSERVICE);
    ComPtr<Job> job;
    job.Attach(new Job(utf8(criteria), Record(offline ? part("scanPackage") : catalogue()).list("updates")));
    std::thread([job, callback] { run(job, callback); }).detach();
    *retval = job.Detach();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE EndSearch(ISearchJob* job, ISearchResult** retval) override {
    return static_cast<Job*>(job)->end(retval);
  }

  HRESULT STDMETHODCALLTYPE GetTotalHistoryCount(LONG* retval) override {
    *retval = static_cast<LONG>(history().size());
    return fault("IUpdateSearcher.GetTotalHistoryCount");
  }
  HRESULT STDMETHODCALLTYPE QueryHistory(LONG first, LONG count, IUpdateHistoryEntryCollection** retval) override {
    const auto from = static_cast<std::size_t>(first);
    if (first < 0 || count < 0 || from > history().size()) return E_INVALIDARG;
    std::vector<const json*> entries;
    for (std::size_t at = from; at < std::min(from + static_cast<std::size_t>(count), history().size()); ++at)
      entries.push_back(&history()[at]);
    return give(fault("IUpdateSearcher.QueryHistory"), retval, [&] {
      return new Collection<IUpdateHistoryEntryCollection, IUpdateHistoryEntry>(std::move(entries), make_entry);
    });
  }

  FAKE_WUA_UNUSED(get_CanAutomaticallyUpgradeService(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(get_ClientApplicationID(BSTR*))
  FAKE_WUA_UNUSED(put_ClientApplicationID(BSTR))
  FAKE_WUA_UNUSED(get_IncludePotentiallySupersededUpdates(VARIANT_BOOL*))
  FAKE_WUA_UNUSED(put_IncludePotentiallySupersededUpdates(VARIANT_BOOL))
  FAKE_WUA_UNUSED(get_ServerSelection(::ServerSelection*))
  FAKE_WUA_UNUSED(EscapeString(BSTR, BSTR*))
  FAKE_WUA_UNUSED(Search(BSTR, ISearchResult**))
  FAKE_WUA_UNUSED(get_ServiceID(BSTR*))

 private:
  static const json& history() { return Record(catalogue()).list("history"); }

  ::ServerSelection selection_ = ssDefault;
  std::string service_;
};

}  // namespace

IUpdateSearcher* make_searcher() {
  return new Searcher;
}

}  // namespace fake_wua
