// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <system_error>

#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

#include "platform/own_folder.h"
#include "platform/service_control.h"
#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// Owned by administrators; nothing inherited from above; the system and administrators alone, here and below.
constexpr wchar_t kOursAlone[] = L"O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

struct FreeLocal {
  void operator()(void* memory) const { ::LocalFree(memory); }
};
using LocalMemory = std::unique_ptr<void, FreeLocal>;

LocalMemory ours_alone() {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(kOursAlone, SDDL_REVISION_1, &descriptor, nullptr) == 0)
    throw os_error(::GetLastError(), "cannot describe who may use a folder");
  return LocalMemory(descriptor);
}

bool is_this_user(PSID sid) {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return false;
  const UniqueHandle token(opened);
  struct {
    TOKEN_USER user;
    BYTE sid[SECURITY_MAX_SID_SIZE];
  } answer{};
  DWORD size = 0;
  return ::GetTokenInformation(token.get(), TokenUser, &answer, sizeof answer, &size) != 0 &&
         ::EqualSid(answer.user.User.Sid, sid) != 0;
}

/// Every user may make folders in ProgramData, this one's name among them, before we come.
void refuse_a_strangers(const fs::path& folder) {
  const DWORD attributes = ::GetFileAttributesW(folder.c_str());
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
    throw os_error(ERROR_INVALID_OWNER, "will not use a link as a folder: " + narrow(folder.native()));
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD error = ::GetNamedSecurityInfoW(folder.c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner,
                                              nullptr, nullptr, nullptr, &descriptor);
  if (error != ERROR_SUCCESS) throw os_error(error, "cannot see who owns", folder);
  const LocalMemory memory(descriptor);
  if (::IsWellKnownSid(owner, WinLocalSystemSid) == 0 && ::IsWellKnownSid(owner, WinBuiltinAdministratorsSid) == 0 &&
      !is_this_user(owner))
    throw os_error(ERROR_INVALID_OWNER,
                   "another user made this folder; delete it and install again: " + narrow(folder.native()));
}

/// For what may be there already; what is new has it from the start.
void restrict_folder(const fs::path& folder, PSECURITY_DESCRIPTOR descriptor) {
  BOOL has = FALSE;
  BOOL by_default = FALSE;
  ACL* list = nullptr;
  PSID owner = nullptr;
  if (::GetSecurityDescriptorDacl(descriptor, &has, &list, &by_default) == 0 ||
      ::GetSecurityDescriptorOwner(descriptor, &owner, &by_default) == 0)
    throw os_error(::GetLastError(), "cannot describe who may use a folder");
  constexpr DWORD kWhat = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
  std::wstring name = folder.native();
  const DWORD error = ::SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, kWhat, owner, nullptr, list, nullptr);
  if (error != ERROR_SUCCESS) throw os_error(error, "cannot restrict the access to", folder);
}

}  // namespace

void make_service_folder(const fs::path& folder) {
  const auto descriptor = ours_alone();
  fs::create_directories(folder.parent_path());
  SECURITY_ATTRIBUTES security{sizeof(SECURITY_ATTRIBUTES), descriptor.get(), FALSE};
  if (::CreateDirectoryW(folder.c_str(), &security) != 0) return;
  const DWORD error = ::GetLastError();
  if (error != ERROR_ALREADY_EXISTS) throw os_error(error, "cannot make", folder);
  refuse_a_strangers(folder);
  restrict_folder(folder, descriptor.get());
  // Until now others may have been able to put something into it.
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!is_only_ours(entry.path()))
      throw os_error(ERROR_INVALID_OWNER,
                     "another user made this; delete it and install again: " + narrow(entry.path().native()));
}

}  // namespace patchstate
