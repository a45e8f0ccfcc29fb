// SPDX-License-Identifier: Apache-2.0
#include "hub/http_tls.h"

#include <stdexcept>

#include <fmt/core.h>
#include <gnutls/x509.h>

#include "hub/log.h"

namespace patchstate {
namespace {

constexpr unsigned kLongestChain = 16;
constexpr std::size_t kMaxPem = 1U << 20U;

void require(int code, const std::filesystem::path& file) {
  if (code < 0) throw std::runtime_error(fmt::format("{}: {}", file.string(), gnutls_strerror(code)));
}

gnutls_datum_t datum(std::string& text) {
  return {reinterpret_cast<unsigned char*>(text.data()), static_cast<unsigned>(text.size())};
}

}  // namespace

CertificateFiles::Loaded::~Loaded() {
  for (auto& certificate : chain) gnutls_pcert_deinit(&certificate);
  if (key != nullptr) gnutls_privkey_deinit(key);
}

CertificateFiles::CertificateFiles(TlsFiles files) : files_(std::move(files)), seen_(stamps()), loaded_(load()) {}

std::shared_ptr<const CertificateFiles::Loaded> CertificateFiles::load() const {
  auto loaded = std::make_shared<Loaded>();
  std::string pem = read_file(files_.certificate, kMaxPem);
  const auto certificate = datum(pem);
  unsigned count = kLongestChain;
  loaded->chain.resize(kLongestChain);
  const int read =
      gnutls_pcert_list_import_x509_raw(loaded->chain.data(), &count, &certificate, GNUTLS_X509_FMT_PEM, 0);
  loaded->chain.resize(read < 0 ? 0 : count);
  require(read, files_.certificate);

  std::string key_pem = read_file(files_.key, kMaxPem);
  const auto key = datum(key_pem);
  require(gnutls_privkey_init(&loaded->key), files_.key);
  require(gnutls_privkey_import_x509_raw(loaded->key, &key, GNUTLS_X509_FMT_PEM, nullptr, 0), files_.key);
  gnutls_memset(key_pem.data(), 0, key_pem.size());

  gnutls_pubkey_t of_key = nullptr;
  require(gnutls_pubkey_init(&of_key), files_.key);
  std::array<unsigned char, 64> one{};
  std::array<unsigned char, 64> other{};
  std::size_t one_size = one.size();
  std::size_t other_size = other.size();
  const int imported = gnutls_pubkey_import_privkey(of_key, loaded->key, 0, 0);
  const bool fit = imported >= 0 && gnutls_pubkey_get_key_id(of_key, 0, one.data(), &one_size) >= 0 &&
                   gnutls_pubkey_get_key_id(loaded->chain[0].pubkey, 0, other.data(), &other_size) >= 0 && one == other;
  gnutls_pubkey_deinit(of_key);
  if (!fit)
    throw std::runtime_error(
        fmt::format("{} is not the key of the certificate in {}", files_.key.string(), files_.certificate.string()));
  return loaded;
}

std::shared_ptr<const CertificateFiles::Loaded> CertificateFiles::current() {
  const std::lock_guard lock(mutex_);
  const auto now = stamps();
  if (now == seen_) return loaded_;
  try {
    loaded_ = load();
    seen_ = now;
  } catch (const std::exception& error) {
    // Tried again with the next connection: the other file may not be there yet. Said once of each state of them.
    if (complained_ != now) log_line(LogLevel::error, fmt::format("the certificate stays as it was: {}", error.what()));
    complained_ = now;
  }
  return loaded_;
}

std::string verified_subject(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t* const peer = gnutls_certificate_get_peers(session, &count);
  if (peer == nullptr || count == 0) return {};
  unsigned status = 0;
  if (gnutls_certificate_verify_peers2(session, &status) < 0 || status != 0) return {};
  gnutls_x509_crt_t certificate = nullptr;
  if (gnutls_x509_crt_init(&certificate) < 0) return {};
  std::string name;
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (gnutls_x509_crt_import(certificate, peer, GNUTLS_X509_FMT_DER) >= 0 &&
      gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text.data(), &size) >= 0)
    name.assign(text.data(), size);
  gnutls_x509_crt_deinit(certificate);
  return name;
}

}  // namespace patchstate
