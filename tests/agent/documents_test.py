#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manual pages, completions and the example configuration name what the program has, no more and no less.

usage: documents_test.py PATH-OF-PATCHSTATE
"""

import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "patchstate"
PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging"
OPTION = re.compile(r"--[a-z][a-z-]*")


def text_of(name):
    return (PACKAGING / name).read_text(encoding="utf-8")


def help_of(*command):
    return subprocess.run([PROGRAM, *command, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout


def commands():
    return re.findall(r"^  ([a-z]+)  ", help_of().partition("Subcommands:")[2], re.MULTILINE)


def options(*command):
    """Options at the start of a line of the help."""
    return set(re.findall(r"^\s+(?:-\w,)?(--[a-z][a-z-]*)", help_of(*command), re.MULTILINE))


class Documents(unittest.TestCase):
    def test_there_are_commands_and_options_to_compare(self):
        self.assertEqual(set(commands()), {"check", "status", "collectors", "assess", "settings", "record", "schema",
                                           "send", "enroll", "doctor"})
        self.assertIn("--refresh", options("check"))

    def test_the_manual_page_has_each_command_with_its_options(self):
        page = text_of("man/patchstate.1")
        synopsis = page.partition(".Sh SYNOPSIS")[2].partition(".Sh DESCRIPTION")[0]
        parts = {part.split("\n", 1)[0].removeprefix(".Cm "): part for part in synopsis.split(".Nm\n")[1:]}
        for command in commands():
            found = {"--" + name for name in re.findall(r"Fl Fl ([a-z-]+)", parts[command])}
            self.assertEqual(found, options(command) - {"--help"}, command)
            self.assertIn(f".It Cm {command}", page)
        explained = {"--" + name for name in re.findall(r"^\.It Fl Fl ([a-z-]+)", page, re.MULTILINE)}
        self.assertEqual(explained, set().union(options(), *(options(command) for command in commands())))

    def test_the_manual_page_explains_each_format(self):
        formats = re.search(r"--format FORMAT\s+([a-z, \n]+); default table", help_of("check"))[1].replace("\n", " ")
        names = re.split(r"[, ]+", formats.strip())
        self.assertIn("table", names)
        for name in names:
            self.assertIn(f".It Cm {name}\n", text_of("man/patchstate.1"))
        for completion in ("completions/patchstate.bash", "completions/_patchstate"):
            self.assertIn(" ".join(names), text_of(completion))

    def completions_of(self, *words):
        """What bash offers after these words."""
        script = (f"source {PACKAGING}/completions/patchstate.bash; COMP_WORDS=(patchstate {' '.join(words)} --); "
                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _patchstate; printf "%s\\n" "${COMPREPLY[@]}"')
        return set(subprocess.run(["bash", "-c", script], check=True, stdout=subprocess.PIPE, text=True).stdout.split())

    def test_bash_completes_each_command_with_its_options(self):
        self.assertEqual(self.completions_of(), options())
        for command in commands():
            self.assertEqual(self.completions_of(command), options(command), command)
            self.assertIn(command, re.search(r"choices='([^']*--version[^']*)'", text_of("completions/patchstate.bash"))[1])

    def test_zsh_completes_each_command_with_its_options(self):
        text = text_of("completions/_patchstate")
        shared = dict(re.findall(r"^local (\w+)='(--[a-z-]+)\[", text, re.MULTILINE))
        for command in commands():
            self.assertRegex(text, rf"(?m)^    '{command}:")
            arguments = re.search(rf"(?ms)^    {command}\)(.*?);;", text)[1]
            found = set(OPTION.findall(arguments)) | {shared[name] for name in re.findall(r"\$(\w+)", arguments)}
            self.assertEqual(found, options(command), command)

    def test_the_manual_page_and_the_example_name_each_key_of_the_configuration(self):
        source = "".join(path.read_text(encoding="utf-8") for path in (PACKAGING.parent / "agent").glob("config*.cpp"))
        keys = set()
        for table in re.findall(r'(?:\.only\([^{]*|kTransportKeys)\{([^}]*)\}', source):
            keys |= set(re.findall(r'"([a-z_]+)"', table))
        self.assertIn("max_metadata_age", keys)
        page = text_of("man/patchstate.toml.5")
        documented = set(re.findall(r"^\.It Ic (\w+)|^\.Ss \[+(\w+)\]", page, re.MULTILINE))
        self.assertEqual({a or b for a, b in documented}, keys)
        example = re.findall(r"^#?(\w+) = |^#?\[+(\w+)\]", text_of("patchstate.toml"), re.MULTILINE)
        self.assertEqual({a or b for a, b in example}, keys)


if __name__ == "__main__":
    unittest.main(verbosity=1)
