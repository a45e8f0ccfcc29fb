// SPDX-License-Identifier: Apache-2.0
#include "agent/tls_library.h"

#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE("a certificate of Windows' store is named by its place and 40 hex digits, and by nothing else") {
  const std::string digits = "0123456789abcdefABCDEF0123456789abcdef01";
  CHECK(is_certificate_in_store("LocalMachine\\MY\\" + digits));
  CHECK(is_certificate_in_store("CurrentUser\\MY\\" + digits));
  CHECK_FALSE(is_certificate_in_store("LocalMachine\\MY\\" + digits + "0"));
  CHECK_FALSE(is_certificate_in_store("LocalMachine\\MY\\" + digits.substr(1) + "g"));
  CHECK_FALSE(is_certificate_in_store("LocalMachine\\Root\\" + digits));
  CHECK_FALSE(is_certificate_in_store(digits));
  CHECK_FALSE(is_certificate_in_store("C:\\client.pem"));
}
