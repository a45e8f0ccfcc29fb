// SPDX-License-Identifier: Apache-2.0
// Who may do what with our files. "Us" is this user, SYSTEM, the administrators and Windows' own installer: whoever is
// one of these can get at everything anyway.
#pragma once

#include <string>

#include <windows.h>

namespace patchstate {

/// Full access for us, and for nobody else, whatever the folder above says.
class OwnAccess {
 public:
  enum class Of { file, folder };
  /// Throws std::system_error.
  explicit OwnAccess(Of what);
  OwnAccess(const OwnAccess&) = delete;
  OwnAccess& operator=(const OwnAccess&) = delete;
  ~OwnAccess();
  SECURITY_ATTRIBUTES* attributes() { return &attributes_; }

 private:
  SECURITY_ATTRIBUTES attributes_{};
};

struct Strangers {
  bool own = false;      ///< it belongs to somebody else, who can give himself every right
  std::string admitted;  ///< name or SID of one who has some of the rights; empty: nobody
};
/// Of the file or folder behind `handle`, opened with READ_CONTROL. Throws std::system_error.
Strangers strangers_with(HANDLE handle, ACCESS_MASK rights);

inline constexpr ACCESS_MASK kWriting = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE_CHILD | DELETE | WRITE_DAC |
                                        WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
inline constexpr ACCESS_MASK kReading = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;

}  // namespace patchstate
