#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual page and the completions name what the program has, no more and no less.

usage: documents_test.py PATH-OF-PATCHSTATE-HUB
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "patchstate-hub"
PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging"
OPTION = re.compile(r"--[a-z][a-z-]*")


def text_of(name):
    return (PACKAGING / name).read_text(encoding="utf-8")


@functools.cache
def help_of(*command):
    return subprocess.run([PROGRAM, *command, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout


def subcommands(*command):
    return re.findall(r"^  ([a-z]+)  ", help_of(*command).partition("Subcommands:")[2], re.MULTILINE)


def commands():
    """Each with the words that name it: ("serve",), ("token", "create")."""
    return [(first, *more) for first in subcommands() for more in ([(one,) for one in subcommands(first)] or [()])]


def options(*command):
    """Options at the start of a line of the help."""
    return set(re.findall(r"^\s+(?:-\w,)?(--[a-z][a-z-]*)", help_of(*command), re.MULTILINE))


def values(option, *command):
    """Of those it takes one of, as the help or the refusal of another one names them."""
    said = subprocess.run([PROGRAM, *command, option, "?"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    return re.findall(r"\w+", re.search(r"(?:expected|\{)(.*?)(?:, not|\})", said)[1].replace(" or ", " "))


class Documents(unittest.TestCase):
    def test_there_are_commands_and_options_to_compare(self):
        self.assertEqual(len(commands()), 15)
        self.assertIn(("host", "remove"), commands())
        self.assertIn("--notify", options("serve"))

    def test_the_manual_page_has_each_command_with_its_options(self):
        page = text_of("man/patchstate-hub.1")
        synopsis = page.partition(".Sh SYNOPSIS")[2].partition(".Sh DESCRIPTION")[0]
        parts = {}
        for part in synopsis.split(".Nm\n")[1:]:
            for name in part.split("\n", 1)[0].removeprefix(".Cm ").split(" | "):
                parts[tuple(name.split())] = part
        self.assertEqual(set(parts), set(commands()))
        for command in commands():
            found = {"--" + name for name in re.findall(r"Fl Fl ([a-z-]+)", parts[command])}
            self.assertEqual(found, options(*command) - {"--help"}, command)
        explained = {"--" + name for name in re.findall(r"Fl Fl ([a-z-]+)", page.partition(".Sh DESCRIPTION")[2])}
        self.assertEqual(explained, set().union(*(options(*command) for command in commands())) - {"--help"})

    def completions_of(self, *words, last="--"):
        """What bash offers after these words."""
        script = (f"source {PACKAGING}/completions/patchstate-hub.bash; "
                  f"COMP_WORDS=(patchstate-hub {' '.join(words)} {last or repr(last)}); "
                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _patchstate_hub; printf "%s\\n" "${COMPREPLY[@]}"')
        return set(subprocess.run(["bash", "-c", script], check=True, stdout=subprocess.PIPE, text=True).stdout.split())

    def test_bash_completes_each_command_with_its_options(self):
        for words in ((), ("token",), ("host",), ("admin",)):
            self.assertEqual(self.completions_of(*words, last=""), set(subcommands(*words)) | options(*words), words)
        for command in commands():
            self.assertEqual(self.completions_of(*command), options(*command), command)
            self.assertEqual(self.completions_of(*command, "--store", "x"), options(*command), command)

    def test_zsh_completes_each_command_with_its_options(self):
        text = text_of("completions/_patchstate-hub")
        shared = dict(re.findall(r"^local (\w+)='(--[a-z-]+)\[", text, re.MULTILINE))
        for command in commands():
            self.assertRegex(text, rf"(?m)'{command[-1]}:")
            label = " ".join(command) if len(command) == 1 else f"'{' '.join(command)}'"
            arguments = re.search(rf"(?ms)^    {label}\)(.*?);;", text)[1]
            found = set(OPTION.findall(arguments)) | {shared[name] for name in re.findall(r"\$(\w+)", arguments)}
            self.assertEqual(found, options(*command), command)

    def test_both_complete_the_values_that_the_program_takes(self):
        for option, command in (("--format", ("fleet",)), ("--scope", ("token", "create")), ("--role", ("admin", "create"))):
            with self.subTest(option):
                expected = values(option, *command)
                self.assertGreater(len(expected), 1)
                self.assertEqual(self.completions_of(*command, option, last=""), set(expected))
                offered = re.search(rf"'{option}\[[^']*\(([a-z ]+)\)'", text_of("completions/_patchstate-hub"))[1]
                self.assertEqual(set(offered.split()), set(expected))

    def test_zsh_reads_its_completion(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        subprocess.run(["zsh", "-n", str(PACKAGING / "completions/_patchstate-hub")], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=1)
