// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_search.h"

#include <atomic>

#include "collectors/windows_update/windows_update_probe_updates.h"

namespace patchstate::windows_update {
namespace {

/// Comes on a thread of the agent's, where nothing else may be called.
class Completion final : public ISearchCompletedCallback {
 public:
  Completion() : event_(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {}
  virtual ~Completion() {
    if (event_ != nullptr) CloseHandle(event_);
  }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  bool wait(std::chrono::milliseconds patience) const {
    return event_ != nullptr && WaitForSingleObject(event_, static_cast<DWORD>(patience.count())) == WAIT_OBJECT_0;
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void** object) override {
    const bool known = IsEqualIID(wanted, __uuidof(IUnknown)) || IsEqualIID(wanted, __uuidof(ISearchCompletedCallback));
    *object = known ? static_cast<ISearchCompletedCallback*>(this) : nullptr;
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
  HRESULT STDMETHODCALLTYPE Invoke(ISearchJob*, ISearchCompletedCallbackArgs*) override {
    SetEvent(event_);
    return S_OK;
  }

 private:
  std::atomic<ULONG> references_ = 1;
  HANDLE event_;
};

void failed(Search& search, const char* call, HRESULT result) {
  search.failed_call = call;
  search.error = error_code(result);
}

const char* word_of(ServerSelection selection) {
  switch (selection) {
    case ssDefault: return "default";
    case ssManagedServer: return "managed";
    case ssWindowsUpdate: return "windows_update";
    case ssOthers: return "others";
  }
  return "";
}

SearchResult result_of(OperationResultCode code) {
  switch (code) {
    case orcNotStarted: return SearchResult::not_started;
    case orcInProgress: return SearchResult::in_progress;
    case orcSucceeded: return SearchResult::succeeded;
    case orcSucceededWithErrors: return SearchResult::succeeded_with_errors;
    case orcFailed: return SearchResult::failed;
    case orcAborted: return SearchResult::aborted;
  }
  return SearchResult::not_ended;
}

/// By their numbers: not every wuapi.h knows the last.
const char* word_of(UpdateExceptionContext context) {
  switch (static_cast<int>(context)) {
    case 1: return "general";
    case 2: return "windows_driver";
    case 3: return "windows_installer";
    case 4: return "search_incomplete";
    default: return "";
  }
}

/// Of the selection and the service the search depends; without the rest it is a search all the same.
bool configure(IUpdateSearcher& searcher, const SearchTarget& target, Snapshot& snapshot) {
  HRESULT result = searcher.put_ServerSelection(target.selection);
  // What a new searcher has anyway.
  if (FAILED(result) && target.selection != ssDefault) {
    failed(snapshot.search, "IUpdateSearcher.ServerSelection", result);
    return false;
  }
  if (!target.service_id.empty()) {
    const Bstr id(std::wstring(target.service_id.begin(), target.service_id.end()));
    result = searcher.put_ServiceID(id.get());
    if (FAILED(result)) {
      failed(snapshot.search, "IUpdateSearcher.ServiceID", result);
      return false;
    }
  }
  Reader read(snapshot.problems);
  read.succeeded(searcher.put_CanAutomaticallyUpgradeService(VARIANT_FALSE),
                 "IUpdateSearcher.CanAutomaticallyUpgradeService");
  if (target.selection != ssOthers) read.succeeded(searcher.put_Online(VARIANT_TRUE), "IUpdateSearcher.Online");
  snapshot.search.online = read.flag(searcher, &IUpdateSearcher::get_Online, "IUpdateSearcher.Online");
  return true;
}

void read_warnings(ISearchResult& result, Snapshot& snapshot) {
  Reader read(snapshot.problems);
  const auto warnings = read.child<IUpdateExceptionCollection>(result, &ISearchResult::get_Warnings,
                                                               "ISearchResult.Warnings");
  if (!warnings) return;
  const LONG count =
      read.value<LONG>(*warnings.Get(), &IUpdateExceptionCollection::get_Count, "ISearchResult.Warnings").value_or(0);
  for (LONG at = 0; at < count; ++at) {
    ComPtr<IUpdateException> warning;
    if (!read.succeeded(warnings->get_Item(at, warning.GetAddressOf()), "ISearchResult.Warnings")) break;
    SearchWarning one;
    one.error = error_code(
        read.value<LONG>(*warning.Get(), &IUpdateException::get_HResult, "IUpdateException.HResult").value_or(0));
    one.message = read.text(*warning.Get(), &IUpdateException::get_Message, "IUpdateException.Message");
    const auto context =
        read.value<UpdateExceptionContext>(*warning.Get(), &IUpdateException::get_Context, "IUpdateException.Context");
    if (context) one.context = word_of(*context);
    snapshot.search.warnings.push_back(std::move(one));
  }
}

/// An update that can't be had fails the search: without it the list is not whole.
void read_updates(ISearchResult& result, Snapshot& snapshot) {
  ComPtr<IUpdateCollection> updates;
  HRESULT hresult = result.get_Updates(updates.GetAddressOf());
  if (FAILED(hresult)) return failed(snapshot.search, "ISearchResult.Updates", hresult);
  LONG count = 0;
  hresult = updates->get_Count(&count);
  if (FAILED(hresult)) return failed(snapshot.search, "IUpdateCollection.Count", hresult);
  for (LONG at = 0; at < count; ++at) {
    ComPtr<IUpdate> update;
    hresult = updates->get_Item(at, update.GetAddressOf());
    if (SUCCEEDED(hresult))
      snapshot.updates.push_back(read_update(*update.Get(), snapshot.missing_interfaces));
    else
      failed(snapshot.search, "IUpdateCollection.Item", hresult);
  }
}

void end(IUpdateSearcher& searcher, ISearchJob& job, Snapshot& snapshot) {
  ComPtr<ISearchResult> result;
  HRESULT hresult = searcher.EndSearch(&job, result.GetAddressOf());
  job.CleanUp();
  if (FAILED(hresult)) return failed(snapshot.search, "IUpdateSearcher.EndSearch", hresult);
  OperationResultCode code = orcNotStarted;
  hresult = result->get_ResultCode(&code);
  if (FAILED(hresult)) return failed(snapshot.search, "ISearchResult.ResultCode", hresult);
  snapshot.search.result = result_of(code);
  read_warnings(*result.Get(), snapshot);
  read_updates(*result.Get(), snapshot);
}

void leave_behind(IUnknown& session, IUnknown& searcher, ComPtr<ISearchJob>& job, ComPtr<Completion>& completion) {
  session.AddRef();
  searcher.AddRef();
  job.Detach();
  completion.Detach();
}

void run(IUpdateSession& session, IUpdateSearcher& searcher, std::chrono::milliseconds deadline, Snapshot& snapshot) {
  ComPtr<Completion> completion;
  completion.Attach(new Completion);
  ComPtr<ISearchJob> job;
  const Bstr criteria{std::wstring(kCriteria)};
  Variant state;
  const HRESULT hresult = searcher.BeginSearch(criteria.get(), completion.Get(), state.get(), job.GetAddressOf());
  if (FAILED(hresult)) return failed(snapshot.search, "IUpdateSearcher.BeginSearch", hresult);
  if (completion->wait(deadline)) return end(searcher, *job.Get(), snapshot);

  job->RequestAbort();
  if (!completion->wait(kAbortPatience)) {
    snapshot.search.timed_out = true;
    return leave_behind(session, searcher, job, completion);
  }
  // It may have ended by itself in that moment.
  end(searcher, *job.Get(), snapshot);
  snapshot.search.timed_out =
      snapshot.search.result == SearchResult::not_ended || snapshot.search.result == SearchResult::aborted;
}

}  // namespace

void search(IUpdateSession& session, IUpdateSearcher& searcher, const SearchTarget& target,
            std::chrono::milliseconds deadline, Snapshot& snapshot) {
  const Bstr criteria{std::wstring(kCriteria)};
  snapshot.search.selection = word_of(target.selection);
  snapshot.search.service_id = target.service_id;
  snapshot.search.criteria = utf8(criteria.get());
  const auto start = std::chrono::steady_clock::now();
  if (configure(searcher, target, snapshot)) run(session, searcher, deadline, snapshot);
  snapshot.search.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace patchstate::windows_update
