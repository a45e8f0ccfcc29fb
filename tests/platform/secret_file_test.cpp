// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_file.h"

#include <system_error>
#include <vector>

#include <doctest/doctest.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "platform/files.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

TEST_CASE("a secret is read from a file that only its owner may read, without the space around it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  for (const unsigned mode : {0600U, 0400U, 0700U}) {
    write_atomically(file, "\n psh_abc \r\n", mode);
    CHECK(read_secret(file).secret == "psh_abc");
    CHECK(read_secret(file).problem == "");
  }
}

TEST_CASE("a secret that others may read or change is refused with the command that mends it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0777U}) {
    CAPTURE(mode);
    write_atomically(file, "psh_abc", mode);
    const auto result = read_secret(file);
    CHECK(result.secret == "");
    CHECK(result.problem.find("chmod 600 " + file.string()) != std::string::npos);
    CHECK(result.problem.find("psh_abc") == std::string::npos);
  }
  if (::geteuid() != 0) return;
  write_atomically(file, "psh_abc", 0600);
  REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
  CHECK(read_secret(file).problem.find("belongs to another user") != std::string::npos);
}

namespace {

struct Admitted {
  unsigned tag;
  unsigned permissions;
  unsigned id;
};

/// Numbers are little-endian there, as on every machine that this test runs on. False: this file system has no lists.
bool set_list(const std::filesystem::path& file, const std::vector<Admitted>& admitted) {
  std::string list(sizeof(posix_acl_xattr_header), '\0');
  list[0] = POSIX_ACL_XATTR_VERSION;
  for (const auto& one : admitted) {
    const posix_acl_xattr_entry entry = {static_cast<__le16>(one.tag), static_cast<__le16>(one.permissions), one.id};
    list.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
  return ::setxattr(file.c_str(), "system.posix_acl_access", list.data(), list.size(), 0) == 0;
}

}  // namespace

TEST_CASE("a credential that systemd's access control list opens to this user alone is read, one for others is not") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  write_atomically(file, "psh_abc", 0400);
  const auto list = [](unsigned user, unsigned of_group, unsigned of_others) {
    return std::vector<Admitted>{{ACL_USER_OBJ, 4, ~0U},
                                 {ACL_USER, 4, user},
                                 {ACL_GROUP_OBJ, of_group, ~0U},
                                 {ACL_MASK, 4, ~0U},
                                 {ACL_OTHER, of_others, ~0U}};
  };
  if (!set_list(file, list(::geteuid(), 0, 0))) {
    MESSAGE("not tested: no access control lists here");
    return;
  }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 07777U) == 0440U);
  CHECK(read_secret(file).secret == "psh_abc");
  for (const auto& wrong : {list(::geteuid() + 1, 0, 0), list(::geteuid(), 4, 0), list(::geteuid(), 0, 4)}) {
    REQUIRE(set_list(file, wrong));
    CHECK(read_secret(file).secret == "");
    CHECK(read_secret(file).problem.find("can be read by others") != std::string::npos);
  }
}

TEST_CASE("what holds no secret is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "key";
  write_atomically(file, " \n", 0600);
  CHECK(read_secret(file).problem == file.string() + " is empty");
  write_atomically(file, std::string(20'000, 'x'), 0600);
  CHECK_THROWS_AS(read_secret(file), std::system_error);
  CHECK_THROWS_AS(read_secret(folder.path()), std::system_error);
  CHECK_THROWS_AS(read_secret(folder.path() / "absent"), std::system_error);
  REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_AS(read_secret(folder.path() / "fifo"), std::system_error);
}
