// SPDX-License-Identifier: Apache-2.0
#include <windows.h>
#include <aclapi.h>
#include <doctest/doctest.h>
#include <sddl.h>

#include "platform/files.h"
#include "platform/own_folder.h"
#include "platform/secret_file.h"
#include "platform/windows/wide.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

/// Gives `path` this access list (SDDL). False where the system does not keep it.
bool give_access(const std::filesystem::path& path, const wchar_t* sddl) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor, nullptr) != 0);
  const bool set = ::SetFileSecurityW(path.c_str(), DACL_SECURITY_INFORMATION, descriptor) != 0;
  ::LocalFree(descriptor);
  return set;
}

}  // namespace

TEST_CASE("a secret that was kept is read again, and its file does not show it") {
  const test::TemporaryFolder folder;
  write_secret(folder / "key", "psh_abc");
  CHECK(read_secret(folder / "key").secret == "psh_abc");
  CHECK(read_secret(folder / "key").problem == "");
  CHECK(read_file(folder / "key").starts_with("patchstate-dpapi-1\n"));
  CHECK(read_file(folder / "key").find("psh_abc") == std::string::npos);
}

TEST_CASE("a secret that a person wrote is read without the space around it") {
  const test::TemporaryFolder folder;
  write_atomically(folder / "key", "\r\n psh_abc \r\n", 0600);
  CHECK(read_secret(folder / "key").secret == "psh_abc");
  write_atomically(folder / "key", " \r\n", 0600);
  CHECK(read_secret(folder / "key").problem.ends_with("is empty"));
}

TEST_CASE("a protected secret that is damaged is a problem, not a secret") {
  const test::TemporaryFolder folder;
  for (const char* damaged : {"patchstate-dpapi-1\n", "patchstate-dpapi-1\nAAAA\n", "patchstate-dpapi-1\n%%\n"}) {
    write_atomically(folder / "key", damaged, 0600);
    CHECK(read_secret(folder / "key").secret == "");
    CHECK(read_secret(folder / "key").problem.find("enroll") != std::string::npos);
  }
}

TEST_CASE("a secret that others may read or change is refused with the command that mends it") {
  const test::TemporaryFolder folder;
  const auto file = folder / "key";
  for (const wchar_t* list : {L"D:P(A;;FA;;;BA)(A;;FR;;;WD)", L"D:P(A;;FA;;;BA)(A;;FW;;;WD)"}) {
    write_atomically(file, "psh_abc", 0600);
    REQUIRE(give_access(file, list));
    const auto result = read_secret(file);
    CHECK(result.secret == "");
    CHECK(result.problem.find("icacls \"" + file.string() + "\" /inheritance:r") != std::string::npos);
    CHECK(result.problem.find("psh_abc") == std::string::npos);
  }
}

TEST_CASE("neither state nor a configuration is kept where others may write") {
  const test::TemporaryFolder folder;
  const auto state = folder / "above/state";
  make_state_folder(state);
  CHECK(is_only_ours(state));
  const auto config = state / "patchstate.toml";
  CHECK(problem_with_config(config) == "");  // not there: the defaults
  write_durably(config, "", 0600);
  CHECK(problem_with_config(config) == "");
  REQUIRE(give_access(config, L"D:P(A;;FA;;;BA)(A;;FW;;;WD)"));
  CHECK(problem_with_config(config).find("icacls \"" + config.string() + "\" /inheritance:r") != std::string::npos);
  REQUIRE(give_access(state, L"D:P(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)"));
  CHECK_THROWS_AS(make_state_folder(state), std::system_error);
}

TEST_CASE("a folder of our own is ours as long as nobody else may write into it") {
  const test::TemporaryFolder folder;
  const auto own = folder / "above/own";
  CHECK(make_own_folder(own));
  CHECK(make_own_folder(own));
  CHECK(is_only_ours(own));
  write_durably(own / "file", "x", 0600);
  CHECK(is_only_ours(own / "file"));
  CHECK_FALSE(is_only_ours(own / "none"));
  REQUIRE(give_access(own, L"D:P(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)"));
  CHECK_FALSE(is_only_ours(own));
  CHECK_FALSE(make_own_folder(own));
}
