// SPDX-License-Identifier: Apache-2.0
#include "agent/tls_library.h"

namespace patchstate {

const TlsLibrary kTlsLibrary{.has_certificate_store = false, .checks_revocation = false};

}  // namespace patchstate
