// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/package_architecture.h"

#include <string>

#include <doctest/doctest.h>

#include "platform/machine.h"
#include "platform/process_runner.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;

namespace {

/// The first 64 bytes of a program.
std::string elf(unsigned machine, char bits, char order, unsigned flags = 0) {
  std::string head(64, '\0');
  head.replace(0, 4,
               "\x7f"
               "ELF");
  head[4] = bits;
  head[5] = order;
  head[order == 2 ? 19 : 18] = static_cast<char>(machine & 0xffU);
  head[order == 2 ? 18 : 19] = static_cast<char>(machine >> 8U);
  head[37] = static_cast<char>(flags >> 8U);
  return head;
}

}  // namespace

TEST_CASE("a program tells its architecture in the words of either package world") {
  struct {
    std::string head;
    const char* dpkg;
    const char* other;
  } const cases[] = {{elf(62, 2, 1), "amd64", "x86_64"},
                     {elf(3, 1, 1), "i386", "i686"},
                     {elf(62, 1, 1), "x32", "x32"},
                     {elf(183, 2, 1), "arm64", "aarch64"},
                     {elf(40, 1, 1, 0x400), "armhf", "armv7l"},
                     {elf(40, 1, 1, 0x200), "armel", "arm"},
                     {elf(21, 2, 1), "ppc64el", "ppc64le"},
                     {elf(22, 2, 2), "s390x", "s390x"},
                     {elf(243, 2, 1), "riscv64", "riscv64"},
                     {elf(258, 2, 1), "loong64", "loongarch64"},
                     {elf(9999, 2, 1), "", ""},
                     {elf(62, 2, 1).substr(0, 40), "", ""},
                     {"#!/bin/sh\n" + std::string(100, ' '), "", ""},
                     {"", "", ""}};
  for (const auto& [head, dpkg, other] : cases) {
    const auto& shown = dpkg;
    CAPTURE(shown);
    CHECK(architecture_of_program(head, Packages::dpkg) == dpkg);
    CHECK(architecture_of_program(head, Packages::other) == other);
  }
}

TEST_CASE("another root has the architecture of its own programs, whatever runs here") {
  const test::TemporaryFolder root;
  CHECK(package_architecture(root.path()).empty());
  root.write("usr/bin/busybox", elf(22, 2, 2));
  root.link("bin", "usr/bin");
  root.link("usr/bin/sh", "/bin/busybox");
  CHECK(package_architecture(root.path()) == "s390x");
  root.write("var/lib/dpkg/status", "");
  root.write("usr/bin/dpkg", elf(3, 1, 1));
  CHECK(package_architecture(root.path()) == "i386");
}

TEST_CASE("a root whose programs are no programs has no architecture") {
  const test::TemporaryFolder root;
  root.write("var/lib/dpkg/status", "");
  root.write("usr/bin/dpkg", "#!/usr/bin/perl\n");
  root.link("bin/sh", "sh");
  CHECK(package_architecture(root.path()).empty());
}

TEST_CASE("this machine has the architecture dpkg says, where there is dpkg") {
  Command command;
  command.argv = {"dpkg", "--print-architecture"};
  const auto result = SystemProcessRunner().run(command);
  CHECK(package_architecture("/") + "\n" == (result.ok() ? result.out : machine_architecture() + "\n"));
}
