// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/pages.h"

#include <string_view>

#include <fmt/core.h>

#include "hub/pages/embedded.h"
#include "hub/pages/page_machine.h"
#include "hub/pages/page_machines.h"
#include "hub/pages/page_overview.h"
#include "hub/pages/page_update.h"
#include "hub/pages/render.h"

namespace patchstate {
namespace {

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

/// What follows `prefix`; nullopt when it is nothing.
std::optional<std::string> rest_of(const std::string& path, std::string_view prefix) {
  if (!path.starts_with(prefix) || path.size() == prefix.size()) return std::nullopt;
  return path.substr(prefix.size());
}

}  // namespace

std::optional<HttpResponse> answer_asset(const HttpRequest& request) {
  constexpr std::string_view kAssets = "/assets/";
  if (!request.path.starts_with(kAssets)) return std::nullopt;
  const std::string_view file = std::string_view(request.path).substr(kAssets.size());
  const auto dash = file.rfind('-');
  const auto dot = file.rfind('.');
  if (dash == std::string_view::npos || dot == std::string_view::npos || dot < dash) return std::nullopt;
  const std::string name = std::string(file.substr(0, dash)) + std::string(file.substr(dot));
  const Asset* const asset = find_asset(name);
  if (asset == nullptr || asset->hash != file.substr(dash + 1, dot - dash - 1)) return std::nullopt;
  return HttpResponse{
      200,
      std::string(content_type(name)),
      std::string(asset->text),
      {{"Cache-Control", "public, max-age=31536000, immutable"}, {"X-Content-Type-Options", "nosniff"}}};
}

std::optional<HttpResponse> answer_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now) {
  if (request.path == "/") return overview_page(store, visitor, now);
  if (request.path == "/machines") return machines_page(store, request, visitor, now);
  if (const auto id = rest_of(request.path, "/machines/")) return machine_page(store, request, *id, visitor, now);
  if (request.path == "/updates") return updates_page(store, request, visitor, now);
  if (request.path == "/plan") return plan_page(store, request, visitor, now);
  if (const auto id = rest_of(request.path, "/updates/")) return update_page(store, request, *id, visitor, now);
  if (const auto id = rest_of(request.path, "/cves/")) return cve_page(store, request, *id, visitor, now);
  return std::nullopt;
}

HttpResponse error_page(int status, const std::string& title, const std::string& detail, const Visitor* visitor,
                        Time now) {
  Page page{title, {}, "error", {}, {}, status};
  page.data.set("status", fmt::format("Error {}", status));
  page.data.set("detail", detail.empty() ? Data(false) : Data(detail));
  return render(page, visitor, now);
}

}  // namespace patchstate
