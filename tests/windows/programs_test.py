#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is shipped for Windows: stripped, hardened, no larger than promised, and in need of Windows' own libraries only.

usage: programs_test.py FOLDER-OF-THE-PROGRAMS
"""

import pathlib
import re
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(sys.argv.pop(1))
LARGEST = {"patchstate.exe": 4 << 20, "patchstated.exe": 3 << 19}
SYSTEM_LIBRARIES = {
    "advapi32.dll", "bcrypt.dll", "crypt32.dll", "kernel32.dll", "msvcrt.dll", "ole32.dll", "oleaut32.dll", "secur32.dll",
    "shell32.dll", "user32.dll", "winhttp.dll", "wldap32.dll", "ws2_32.dll",
}
HIGH_ENTROPY_ADDRESSES, ANY_ADDRESS, NO_CODE_IN_DATA = 0x20, 0x40, 0x100


def headers_of(program):
    return subprocess.run(["x86_64-w64-mingw32-objdump", "-p", program], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def symbols_of(program):
    return subprocess.run(["x86_64-w64-mingw32-nm", program], check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


class Programs(unittest.TestCase):
    def setUp(self):
        self.programs = [FOLDER / name for name in LARGEST if (FOLDER / name).exists()]
        self.assertIn(FOLDER / "patchstate.exe", self.programs)

    def test_they_need_the_system_s_libraries_only(self):
        for program in self.programs:
            needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)", headers_of(program))}
            self.assertIn("kernel32.dll", needed)
            self.assertEqual(needed - SYSTEM_LIBRARIES, set(), program.name)

    def test_they_are_stripped_and_no_larger_than_promised(self):
        for program in self.programs:
            self.assertEqual(symbols_of(program), "", program.name)
            self.assertLessEqual(program.stat().st_size, LARGEST[program.name], program.name)

    def test_they_are_loaded_at_any_address_and_run_no_data(self):
        wanted = HIGH_ENTROPY_ADDRESSES | ANY_ADDRESS | NO_CODE_IN_DATA
        for program in self.programs:
            flags = int(re.search(r"DllCharacteristics\s+([0-9a-f]+)", headers_of(program))[1], 16)
            self.assertEqual(flags & wanted, wanted, program.name)

    def test_they_say_what_they_are(self):
        for program in self.programs:
            content = program.read_bytes()
            self.assertIn("FileDescription".encode("utf-16-le"), content, program.name)
            self.assertIn(b"longPathAware", content, program.name)


if __name__ == "__main__":
    unittest.main()
