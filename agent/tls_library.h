// SPDX-License-Identifier: Apache-2.0
// What the library that speaks TLS on this system can do: OpenSSL on Linux, Schannel on Windows. The build links one of
// tls_library_*.cpp.
#pragma once

#include <string_view>

namespace patchstate {

struct TlsLibrary {
  /// Client certificates come from the system's store, by place and thumbprint, and not from files.
  bool has_certificate_store;
  /// Asks the CAs of a server's certificate whether it was revoked.
  bool checks_revocation;
};
extern const TlsLibrary kTlsLibrary;

/// "LocalMachine\MY\" or "CurrentUser\MY\" and 40 hex digits: the SHA-1 thumbprint by which Windows names certificates.
bool is_certificate_in_store(std::string_view text);

}  // namespace patchstate
