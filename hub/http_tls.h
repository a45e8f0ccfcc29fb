// SPDX-License-Identifier: Apache-2.0
// Certificate files for the server, read again when they change.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "hub/http_server.h"
#include "platform/files.h"

namespace patchstate {

/// Throws std::runtime_error that names the file when it can't be read, is no certificate, or does not fit its key.
class CertificateFiles {
 public:
  explicit CertificateFiles(TlsFiles files);

  struct Loaded {
    Loaded() = default;
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
    ~Loaded();
    std::vector<gnutls_pcert_st> chain;
    gnutls_privkey_t key = nullptr;
  };
  /// What the files hold now. While a changed pair is damaged, or only half of it is replaced, the one before stays.
  std::shared_ptr<const Loaded> current();

 private:
  std::shared_ptr<const Loaded> load() const;
  std::pair<FileStamp, FileStamp> stamps() const { return {stamp(files_.certificate), stamp(files_.key)}; }

  TlsFiles files_;
  std::mutex mutex_;
  std::pair<FileStamp, FileStamp> seen_;
  std::pair<FileStamp, FileStamp> complained_;  ///< of files that were not taken
  std::shared_ptr<const Loaded> loaded_;
};

/// Common name of the verified client certificate of a session; empty when there is none, or when it is not valid now.
std::string verified_subject(gnutls_session_t session);

}  // namespace patchstate
