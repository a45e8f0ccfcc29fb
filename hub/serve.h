// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "hub/api.h"
#include "hub/http_server.h"
#include "hub/notifier.h"

namespace patchstate {

struct ServeOptions {
  HttpOptions http;
  ApiOptions api;
  NotifyOptions notify;
  std::chrono::seconds keep_reports = std::chrono::hours{24 * 30};
  std::chrono::seconds keep_history = std::chrono::hours{24 * 400};
};

/// Why these options must not be served: plain HTTP that others could listen to. Empty: they may.
std::string objection_to(const ServeOptions& options);

/// Until SIGTERM or SIGINT. What was accepted is stored when it returns.
void serve(const ServeOptions& options);

}  // namespace patchstate
