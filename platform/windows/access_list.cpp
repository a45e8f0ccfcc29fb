// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/access_list.h"

#include <array>
#include <memory>
#include <vector>

#include <aclapi.h>
#include <sddl.h>

#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

constexpr const wchar_t* kTrustedInstaller = L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// TOKEN_USER of this process.
const std::vector<BYTE>& own_user() {
  static const std::vector<BYTE> user = [] {
    HANDLE opened = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0)
      throw os_error(::GetLastError(), "cannot tell which user this is");
    const UniqueHandle token(opened);
    DWORD size = 0;
    ::GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
    std::vector<BYTE> bytes(size);
    if (::GetTokenInformation(token.get(), TokenUser, bytes.data(), size, &size) == 0)
      throw os_error(::GetLastError(), "cannot tell which user this is");
    return bytes;
  }();
  return user;
}

PSID own_sid() {
  return reinterpret_cast<const TOKEN_USER*>(own_user().data())->User.Sid;
}

std::wstring text_of(PSID sid) {
  wchar_t* text = nullptr;
  if (::ConvertSidToStringSidW(sid, &text) == 0) return L"?";
  std::wstring copy = text;
  ::LocalFree(text);
  return copy;
}

std::string name_of(PSID sid) {
  std::array<wchar_t, 256> name{};
  std::array<wchar_t, 256> domain{};
  auto name_size = static_cast<DWORD>(name.size());
  auto domain_size = static_cast<DWORD>(domain.size());
  SID_NAME_USE use{};
  if (::LookupAccountSidW(nullptr, sid, name.data(), &name_size, domain.data(), &domain_size, &use) == 0)
    return narrow(text_of(sid));
  const std::wstring place = domain.data();
  return narrow(place.empty() ? name.data() : place + L"\\" + name.data());
}

bool is_us(PSID sid) {
  // Owner rights (S-1-3-4) are the owner's, who is looked at apart.
  return ::EqualSid(sid, own_sid()) != 0 || ::IsWellKnownSid(sid, WinLocalSystemSid) != 0 ||
         ::IsWellKnownSid(sid, WinBuiltinAdministratorsSid) != 0 ||
         ::IsWellKnownSid(sid, WinCreatorOwnerRightsSid) != 0 || text_of(sid) == kTrustedInstaller;
}

/// Allowed to somebody else. Entries for single properties, or under a condition, count as if they were for all.
std::string admitted_by(ACL* list, ACCESS_MASK rights) {
  if (list == nullptr) return "everybody";  // no list at all
  for (DWORD i = 0; i < list->AceCount; ++i) {
    void* entry = nullptr;
    if (::GetAce(list, i, &entry) == 0) throw os_error(::GetLastError(), "cannot read an access list");
    const auto* const header = static_cast<const ACE_HEADER*>(entry);
    if ((header->AceFlags & INHERIT_ONLY_ACE) != 0) continue;
    if (header->AceType == ACCESS_DENIED_ACE_TYPE || header->AceType == ACCESS_DENIED_CALLBACK_ACE_TYPE) continue;
    if (header->AceType != ACCESS_ALLOWED_ACE_TYPE && header->AceType != ACCESS_ALLOWED_CALLBACK_ACE_TYPE)
      return "an entry of a kind that files do not have";
    auto* const allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    PSID const sid = &allowed->SidStart;
    if ((allowed->Mask & rights) != 0 && !is_us(sid)) return name_of(sid);
  }
  return {};
}

}  // namespace

OwnAccess::OwnAccess(Of what) {
  const wchar_t* const inherit = what == Of::folder ? L"OICI" : L"";
  std::wstring text = L"D:P";
  for (const std::wstring& who : {std::wstring(L"SY"), std::wstring(L"BA"), text_of(own_sid())})
    text.append(L"(A;").append(inherit).append(L";FA;;;").append(who).append(L")");
  attributes_.nLength = sizeof attributes_;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1,
                                                             &attributes_.lpSecurityDescriptor, nullptr) == 0)
    throw os_error(::GetLastError(), "cannot make an access list");
}

OwnAccess::~OwnAccess() {
  ::LocalFree(attributes_.lpSecurityDescriptor);
}

Strangers strangers_with(HANDLE handle, ACCESS_MASK rights) {
  PSID owner = nullptr;
  ACL* list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD error = ::GetSecurityInfo(handle, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                        &owner, nullptr, &list, nullptr, &descriptor);
  if (error != ERROR_SUCCESS) throw os_error(error, "cannot read an access list");
  const std::unique_ptr<void, decltype(&::LocalFree)> freed(descriptor, &::LocalFree);
  return {owner == nullptr || !is_us(owner), admitted_by(list, rights)};
}

}  // namespace patchstate
