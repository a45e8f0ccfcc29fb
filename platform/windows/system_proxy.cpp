// SPDX-License-Identifier: Apache-2.0
#include "platform/system_proxy.h"

#include <memory>

#include <windows.h>
// After windows.h.
#include <winhttp.h>

#include "platform/windows/proxy_setting.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

struct FreeGlobal {
  void operator()(wchar_t* text) const { GlobalFree(text); }
};
using GlobalText = std::unique_ptr<wchar_t, FreeGlobal>;

}  // namespace

std::string system_proxy(std::string_view host) {
  WINHTTP_PROXY_INFO info{};
  if (WinHttpGetDefaultProxyConfiguration(&info) == FALSE) return {};
  const GlobalText proxies(info.lpszProxy);
  const GlobalText exceptions(info.lpszProxyBypass);
  if (info.dwAccessType != WINHTTP_ACCESS_TYPE_NAMED_PROXY || !proxies) return {};
  return proxy_of_setting(narrow(proxies.get()), exceptions ? narrow(exceptions.get()) : std::string(), host);
}

}  // namespace patchstate
