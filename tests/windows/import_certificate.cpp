// SPDX-License-Identifier: Apache-2.0
// import_certificate FILE.p12: puts it, with its key, into this user's store and prints where it is, as [report]
// client_certificate has it. What certutil -importpfx does on a Windows; Wine has none.
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include <windows.h>
// After windows.h.
#include <wincrypt.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  CRYPT_DATA_BLOB blob{static_cast<DWORD>(bytes.size()), reinterpret_cast<BYTE*>(bytes.data())};
  const HCERTSTORE from = PFXImportCertStore(&blob, L"secret", CRYPT_EXPORTABLE | CRYPT_USER_KEYSET);
  const HCERTSTORE into = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"MY");
  if (from == nullptr || into == nullptr) return 3;
  const CERT_CONTEXT* const certificate = CertEnumCertificatesInStore(from, nullptr);
  if (certificate == nullptr) return 4;
  if (CertAddCertificateContextToStore(into, certificate, CERT_STORE_ADD_REPLACE_EXISTING, nullptr) == FALSE) return 4;
  if (CertCloseStore(into, 0) == FALSE) return 4;  // Wine writes it only now
  std::array<BYTE, 20> hash{};
  DWORD size = hash.size();
  if (CertGetCertificateContextProperty(certificate, CERT_HASH_PROP_ID, hash.data(), &size) == FALSE) return 5;
  std::printf("CurrentUser\\MY\\");
  for (const BYTE byte : hash) std::printf("%02x", static_cast<unsigned>(byte));
  return 0;
}
