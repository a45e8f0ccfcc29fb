// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hub/http_server.h"
#include "hub/store.h"

namespace patchstate {

/// By what a host says who it is; each empty where it did not.
struct HostProof {
  std::string key_hash;
  std::string certificate_subject;  ///< of a certificate that is verified: the host's id
};

/// /v1/enroll: POST makes a key for a host, by a token; GET says whose the proof is, so that `patchstate doctor` can
/// tell whether a report would be taken, and changes nothing.
HttpResponse answer_enrolment(Store& store, const HttpRequest& request, const HostProof& proof);

}  // namespace patchstate
