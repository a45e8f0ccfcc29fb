#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program `patchstate` from the outside: exit codes, formats, files, bad input, interruption.

usage: cli_test.py PATH-OF-PATCHSTATE [unittest arguments]
"""

import contextlib
import datetime
import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import apt_fixture  # noqa: E402  (needs the path above)

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else pathlib.Path("patchstate")
UNKNOWN = 3
IS_ROOT = os.geteuid() == 0
SECURITY = "http://deb.example.org/debian-security"
FORMATS = ["table", "json", "azure", "ocsf", "csv", "openmetrics", "nagios"]
GIGABYTE = 1 << 30


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.cache = self.folder / "cache"
        self.environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "HOME": str(self.folder),
                            "STATE_DIRECTORY": str(self.state), "CACHE_DIRECTORY": str(self.cache)}

    def run_it(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "timeout": 100,
                   "env": self.environment} | options
        result = subprocess.run([str(word) for word in (PROGRAM, *arguments)], check=False, **options)
        result.out = (result.stdout or b"").decode(errors="replace")
        result.err = (result.stderr or b"").decode(errors="replace")
        return result

    def fails(self, *arguments, says=(), **options):
        """Exit code 3, a message, and nothing that could be taken for an answer."""
        result = self.run_it(*arguments, **options)
        self.assertEqual(result.returncode, UNKNOWN, result.err)
        self.assertEqual(result.out, "")
        self.assertTrue(result.err.startswith("patchstate: "), result.err)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.err)
        return result

    def check_json(self, *arguments, **options):
        result = self.run_it("check", "--format", "json", *arguments, **options)
        self.assertTrue(result.out, result.err)
        return result.returncode, json.loads(result.out)

    def world(self, name="root", security=False, other=False):
        """A root of Debian 13 that was checked just now, with a security update or another one pending."""
        root = apt_fixture.Root(self.folder / name)
        now = datetime.datetime.now(datetime.timezone.utc)
        archive = root.repository("http://deb.example.org/debian", "trixie")
        fixes = root.repository(SECURITY, "trixie-security", label="Debian-Security",
                                valid_until=now + datetime.timedelta(days=7))
        for package in ("openssl", "bash"):
            root.installed(package, "1.0-1")
            archive.package(package, "1.0-1")
        if security:
            fixes.package("openssl", "1.0-2")
        if other:
            archive.package("bash", "1.0-2")
        root.write()
        return root.folder

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return path


class CommandLine(Case):
    def test_no_command_is_not_success(self):
        result = self.run_it()
        self.assertEqual(result.returncode, UNKNOWN)
        self.assertEqual(result.out, "")
        self.assertIn("check", result.err)

    def test_what_is_not_understood_is_unknown(self):
        for arguments in (["chek"], ["check", "--nonsense"], ["check", "extra"], ["check", "--format", "xml"],
                          ["check", "--format"], ["status", "--format", "csv"], ["check", "--max-metadata-age", "soon"],
                          ["check", "--refresh", "sometimes"], ["check", "--refresh", "if-older-than"],
                          ["check", "--refresh", "if-older-than", "soon"], ["check", "--refresh", "always", "6h"],
                          ["record"], ["check", "status"], ["--format", "json"], ["check", "--root", "/a", "--root", "/b"]):
            with self.subTest(arguments):
                self.fails(*arguments)

    def test_errors_say_what_would_be_right(self):
        self.fails("check", "--format", "xml", says=["--format", "openmetrics", '"xml"'])
        self.fails("check", "--max-metadata-age", "soon", says=["--max-metadata-age", "90s, 15m, 6h, 2d, 1w", '"soon"'])
        self.fails("check", "--refresh", "now", says=["--refresh", "never, always, or if-older-than", '"now"'])

    def test_help_and_version(self):
        self.assertRegex(self.run_it("--version").out, r"^patchstate \d+\.\d+\.\d+\n$")
        for arguments in ([], ["check"], ["status"], ["collectors"], ["assess"], ["settings"], ["record"], ["schema"]):
            result = self.run_it(*arguments, "--help")
            self.assertEqual((result.returncode, result.err), (0, ""), arguments)
            self.assertIn("--help", result.out)

    def test_schema_is_the_json_schema(self):
        result = self.run_it("schema")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(json.loads(result.out)["$schema"], "https://json-schema.org/draft/2020-12/schema")


class ExitCodes(Case):
    def test_verdicts(self):
        for arguments, options, expected in (
                ({}, [], 0),
                ({"security": True}, [], 2),
                ({"security": True, "other": True}, ["--strict-updates"], 2),
                ({"other": True}, [], 0),
                ({"other": True}, ["--strict-updates"], 1),
                ({}, ["--max-metadata-age", "0s"], UNKNOWN)):
            with self.subTest(arguments=arguments, options=options):
                root = self.world(name=f"root-{len(os.listdir(self.folder))}", **arguments)
                if "0s" in options:
                    time.sleep(1.1)  # ages are whole seconds
                for output in FORMATS:
                    result = self.run_it("check", "--root", root, "--format", output, *options)
                    self.assertEqual(result.returncode, expected, f"{output}: {result.out}{result.err}")

    def test_only_security_hides_updates_and_changes_no_verdict(self):
        root = self.world(security=True, other=True)
        code, whole = self.check_json("--root", root)
        self.assertEqual(code, 2)
        self.assertEqual({patch["name"] for patch in whole["patches"]}, {"openssl", "bash"})
        code, less = self.check_json("--root", root, "--only-security")
        self.assertEqual(code, 2)
        self.assertEqual({patch["name"] for patch in less["patches"]}, {"openssl"})
        self.assertEqual(less["verdict"], whole["verdict"])
        self.assertNotIn("bash", self.run_it("check", "--root", root, "--only-security", "--format", "csv").out)
        self.assertNotIn("bash", self.run_it("check", "--root", root, "--only-security").out)


class Output(Case):
    def test_a_file_is_written_whole_and_nothing_is_printed(self):
        root = self.world(security=True)
        target = self.folder / "out.json"
        result = self.run_it("check", "--root", root, "--format", "json", "--output", target)
        self.assertEqual((result.returncode, result.out), (2, ""))
        self.assertEqual(json.loads(target.read_text())["verdict"]["value"], "noncompliant")
        self.assertEqual(target.stat().st_mode & 0o777, 0o644)
        self.assertEqual(sorted(p.name for p in self.folder.glob("out*")), ["out.json"])

    def test_a_file_that_cannot_be_written_is_unknown(self):
        root = self.world()
        (self.folder / "fifo").unlink(missing_ok=True)
        os.mkfifo(self.folder / "fifo")
        for target in ("/proc/nothing", self.folder, self.folder / "absent/out", "/dev/full", self.folder / "fifo"):
            with self.subTest(target):
                self.fails("check", "--root", root, "--output", target, says=str(target))
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_edge_110_a_full_disk_leaves_the_old_file(self):
        root = self.world(security=True)
        target = self.write("out.json", "old")
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        self.fails("check", "--root", root, "--format", "json", "--output", target, says="out.json", preexec_fn=limit)
        self.assertEqual(target.read_text(), "old")
        self.assertEqual([p.name for p in self.folder.glob(".*")], [])

    @unittest.skipUnless(IS_ROOT, "a small file system can be mounted by root only")
    def test_edge_110_a_really_full_disk_leaves_the_old_file(self):
        root = self.world(security=True)
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk], check=False)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", disk], check=False)
        (disk / "out.json").write_text("old")
        with contextlib.suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
            while filler.write(b"x" * 512):
                pass
        self.fails("check", "--root", root, "--format", "json", "--output", disk / "out.json",
                   says=["out.json", "No space left"])
        self.assertEqual((disk / "out.json").read_text(), "old")
        self.assertEqual(sorted(p.name for p in disk.iterdir()), ["filler", "out.json"])

    def test_standard_output_that_takes_nothing_is_noticed(self):
        root = self.world()
        with open("/dev/full", "wb") as full:
            for arguments in (["check", "--root", root], ["schema"], ["--help"], ["--version"], ["collectors"]):
                result = self.run_it(*arguments, stdout=full)
                self.assertEqual(result.returncode, UNKNOWN, arguments)
                self.assertIn("No space left", result.err)
        result = self.run_it("check", "--root", root, preexec_fn=lambda: os.close(1), stdout=None)
        self.assertEqual(result.returncode, UNKNOWN)
        self.assertIn("standard output", result.err)

    def test_with_every_stream_closed_nothing_is_written_into_a_file_that_took_its_place(self):
        root = self.world(security=True)
        def close():
            for stream in (0, 1, 2):
                os.close(stream)
        target = self.folder / "out.json"
        result = self.run_it("check", "--root", root, "--format", "json", "--output", target, preexec_fn=close,
                             stdin=None, stdout=None, stderr=None)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(json.loads(target.read_text())["verdict"]["value"], "noncompliant")

    def test_a_reader_that_went_away_is_noticed(self):
        read, write = os.pipe()
        os.close(read)
        try:
            result = self.run_it("schema", stdout=write)
        finally:
            os.close(write)
        self.assertEqual(result.returncode, UNKNOWN)
        self.assertIn("Broken pipe", result.err)

    def on_terminal(self, *arguments, **environment):
        """What the program prints on a terminal."""
        leader, follower = pty.openpty()
        try:
            self.run_it(*arguments, stdout=follower, env=self.environment | environment)
        finally:
            os.close(follower)
        text = b""
        with contextlib.suppress(OSError):
            while piece := os.read(leader, 65536):
                text += piece
        os.close(leader)
        return text

    def test_colours_are_for_terminals_that_want_them(self):
        root = self.world(security=True)
        self.assertIn(b"\033[", self.on_terminal("check", "--root", root))
        self.assertNotIn(b"\033[", self.on_terminal("check", "--root", root, NO_COLOR="1"))
        self.assertIn(b"\033[", self.on_terminal("check", "--root", root, NO_COLOR=""))
        self.assertNotIn(b"\033[", self.on_terminal("check", "--root", root, TERM="dumb"))
        self.assertNotIn("\033[", self.run_it("check", "--root", root).out)
        target = self.folder / "out"
        self.on_terminal("check", "--root", root, "--output", target)
        self.assertNotIn("\033[", target.read_text())


class Roots(Case):
    def test_a_root_that_is_none(self):
        self.fails("check", "--root", "/nonexistent", says=["/nonexistent", "No such file"])
        self.fails("check", "--root", self.write("file", "x"), says="not a folder")
        empty = self.folder / "empty"
        empty.mkdir()
        for command in ("check", "collectors"):
            self.fails(command, "--root", empty, says="does not look like a system")
        self.fails("record", "--root", empty, self.folder / "recording", says="does not look like a system")
        self.fails("check", "--root", "", says="--root")

    def test_edge_91_an_unknown_system_is_unknown_and_named(self):
        self.write("root/etc/os-release", 'ID=azurelinux\nPRETTY_NAME="Azure Linux 4"\n')
        code, assessment = self.check_json("--root", self.folder / "root")
        self.assertEqual(code, UNKNOWN)
        self.assertEqual(assessment["verdict"]["value"], "unknown")
        self.assertEqual(assessment["sources"], [])
        self.assertIn("Azure Linux 4", json.dumps(assessment))

    def test_hostile_files_are_unknown_with_a_reason(self):
        def sparse(path):
            path.unlink()
            with open(path, "wb") as file:
                file.truncate(GIGABYTE)
        def fifo(path):
            path.unlink()
            os.mkfifo(path)
        damages = {"empty": lambda p: p.write_bytes(b""), "cut": lambda p: p.write_bytes(p.read_bytes()[:40]),
                   "binary": lambda p: p.write_bytes(bytes(range(256)) * 64), "1 GB": sparse, "a FIFO": fifo,
                   "a folder": lambda p: (p.unlink(), p.mkdir())}
        places = ["etc/os-release", "var/lib/dpkg/status", "*_trixie-security_InRelease",
                  "*_trixie-security_main_binary-amd64_Packages"]
        for place in places:
            for damage, do in damages.items():
                # libapt reads these for as long as the probe's deadline of two minutes lets it.
                if "*" in place and (damage == "a FIFO" or damage == "1 GB" and "InRelease" in place):
                    continue
                with self.subTest(place=place, damage=damage):
                    root = self.world(name=f"{place.replace('/', '-').replace('*', '')}-{damage}".replace(" ", "-"), security=True)
                    path = next((root / "var/lib/apt/lists").glob(place)) if "*" in place else root / place
                    do(path)
                    result = self.run_it("check", "--root", root, "--format", "json")
                    if place == "etc/os-release":  # costs facts about the host, not the updates
                        self.assertIn(result.returncode, (2, UNKNOWN), result.err)
                    else:
                        self.assertEqual(result.returncode, UNKNOWN, result.out[-2000:] + result.err)
                    assessment = json.loads(result.out)
                    self.assertTrue(assessment["verdict"]["reasons"])
                    shutil.rmtree(root)

    def test_another_root_is_neither_stored_nor_refreshed(self):
        root = self.world(security=True)
        before = subprocess.run(["find", root, "-printf", "%p %s %T@ %C@\n"], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(self.run_it("check", "--root", root).returncode, 2)
        after = subprocess.run(["find", root, "-printf", "%p %s %T@ %C@\n"], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(before, after)
        self.assertFalse(self.state.exists())
        self.fails("check", "--root", root, "--refresh", "always", says="would change it")
        self.fails("check", "--root", root, "--refresh", "if-older-than", "6h", says="would change it")
        self.assertEqual(self.run_it("check", "--root", root, "--refresh", "never").returncode, 2)


class Cache(Case):
    def test_a_second_run_gives_the_same_and_writes_nothing(self):
        root = self.world(security=True)
        _, first = self.check_json("--root", root)
        def files():
            return sorted((str(p), p.stat().st_mtime_ns, p.stat().st_ino) for p in self.cache.rglob("*") if p.is_file())
        before = files()
        self.assertTrue(any("findings-apt" in name for name, *_ in before))
        _, second = self.check_json("--root", root)
        self.assertEqual(files(), before)
        self.assertEqual(first["patches"], second["patches"])
        self.assertEqual(first["verdict"], second["verdict"])

    def test_edge_12_after_a_change_the_old_list_does_not_come_again(self):
        root = self.world(security=True)
        self.assertEqual(self.run_it("check", "--root", root).returncode, 2)
        status = root / "var/lib/dpkg/status"
        status.write_text(status.read_text().replace("Package: openssl\nStatus: install ok installed\nVersion: 1.0-1",
                                                     "Package: openssl\nStatus: install ok installed\nVersion: 1.0-2"))
        self.assertIn("1.0-2", status.read_text())
        os.utime(status, (time.time() + 5, time.time() + 5))  # apt's own cache tells changes apart by the second
        self.assertEqual(self.run_it("check", "--root", root).returncode, 0)

    def test_without_a_place_for_a_cache_everything_still_works(self):
        root = self.world(security=True)
        for folder in ("/proc/nothing", "/dev/full"):
            self.environment["CACHE_DIRECTORY"] = folder
            self.assertEqual(self.run_it("check", "--root", root).returncode, 2)
        del self.environment["CACHE_DIRECTORY"], self.environment["STATE_DIRECTORY"], self.environment["HOME"]
        options = {"user": 65534, "group": 65534, "extra_groups": []} if IS_ROOT else {}
        result = self.run_it("check", "--root", root, **options)
        self.assertEqual((result.returncode, result.err), (2, ""))

    def test_a_cache_that_others_may_write_is_not_believed(self):
        root = self.world(security=True)
        self.check_json("--root", root)
        kept = next(self.cache.rglob("findings-apt"))
        kept.write_bytes(kept.read_bytes().replace(b"1.0-2", b"6.6-6"))
        self.assertIn("6.6-6", self.run_it("check", "--root", root).out, "the forgery works at all")
        kept.chmod(0o666)
        result = self.run_it("check", "--root", root)
        self.assertIn("1.0-2", result.out)
        self.assertNotIn("6.6-6", result.out)


class Configuration(Case):
    def test_every_error_is_told_with_its_line(self):
        config = self.write("c.toml", 'colour = 1\n[policy]\nmax_metadata_age = "soon"\n')
        result = self.fails("check", "--config", config, says=[f"{config}:1:1: ", f"{config}:3:20: "])
        self.assertEqual(len(result.err.splitlines()), 2)
        for command in ("status", "assess", "settings", "collectors"):
            self.fails(command, "--config", config, says=f"{config}:1:1: ")

    def test_hostile_configurations(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        large = self.folder / "large"
        with open(large, "wb") as file:
            file.truncate(GIGABYTE)
        for path in (fifo, large, self.folder, self.folder / "absent", "/dev/zero",
                     self.write("binary", bytes(range(256)) * 16), self.write("latin1", b'a = "\xe4"\n'),
                     self.write("deep", "a = " + "[" * 100000), self.write("dotted", "a." * 100000 + "a = 1\n"),
                     self.write("nul", b"a = 1\0\n")):
            with self.subTest(path=str(path)):
                self.fails("check", "--config", path, says=str(path))

    def test_the_policy_decides(self):
        root = self.world(security=True)
        config = self.write("c.toml", 'collectors = ["apt"]\n[policy]\nmax_metadata_age = "1d"\n[cloud]\nidentity = false\n')
        self.assertEqual(self.run_it("check", "--root", root, "--config", config).returncode, 2)
        self.fails("check", "--root", root, "--config", self.write("d.toml", 'collectors = ["yast"]\n'), says="apt, dnf, zypper")
        named = self.run_it("check", "--root", root, "--config", self.write("e.toml", 'collectors = ["dnf"]\n'))
        self.assertEqual(named.returncode, 3)
        self.assertIn("dnf gave no answer (unsupported)", named.out)
        # A machine's own policy of refreshing does not extend to images.
        self.assertEqual(self.run_it("check", "--root", root, "--config",
                                     self.write("e.toml", '[refresh]\nmode = "always"\n')).returncode, 2)

    def test_the_example_is_a_configuration_and_changes_nothing(self):
        example = pathlib.Path(__file__).resolve().parents[2] / "packaging/patchstate.toml"
        root = self.world(security=True)
        self.assertEqual(self.run_it("check", "--root", root, "--config", example).returncode, 2)
        every_line = "".join(line.removeprefix("#") if line.startswith("#") and (" = " in line or line.startswith("#[[")) else line
                             for line in example.read_text().splitlines(keepends=True))
        self.assertEqual(self.run_it("check", "--root", root, "--config", self.write("all.toml", every_line)).returncode, 2)


class State(Case):
    def test_status_without_any_result_is_unknown(self):
        if pathlib.Path("/var/lib/patchstate/last-assessment.json").exists():
            self.skipTest("this machine has a result of its own")
        self.fails("status", says="patchstate check")

    def test_status_shows_what_check_and_assess_stored(self):
        code = self.run_it("check").returncode
        stored = json.loads((self.state / "last-assessment.json").read_text())
        result = self.run_it("status", "--format", "json")
        self.assertEqual(result.returncode, code)
        self.assertEqual(json.loads(result.out)["assessmentActivityId"], stored["assessmentActivityId"])
        self.assertTrue(self.run_it("status").out)

        assessed = self.run_it("assess")
        self.assertEqual(assessed.returncode, 0, assessed.err)
        self.assertEqual(len(assessed.out.splitlines()), 1)
        again = json.loads(self.run_it("status", "--format", "json").out)
        self.assertNotEqual(again["assessmentActivityId"], stored["assessmentActivityId"])
        self.assertEqual({p["patchId"]: p["firstSeen"] for p in again["patches"]},
                         {p["patchId"]: p["firstSeen"] for p in stored["patches"]})

    def test_status_judges_anew_what_has_become_old(self):
        self.run_it("check")
        path = self.state / "last-assessment.json"
        stored = json.loads(path.read_text())
        stored["patches"] = []
        stored["rebootPending"] = False
        for source in stored["sources"]:
            if "metadata" in source:
                source["metadata"]["checkedAt"] = "2020-01-01T00:00:00Z"
        stored["verdict"] = {"value": "compliant", "reasons": [{"code": "compliant", "message": "fine"}]}
        path.write_text(json.dumps(stored))
        result = self.run_it("status", "--format", "json")
        self.assertEqual(result.returncode, UNKNOWN)
        self.assertEqual(json.loads(result.out)["verdict"]["value"], "unknown")

    def test_a_damaged_result_is_unknown_for_status_and_nothing_to_check(self):
        self.state.mkdir()
        path = self.state / "last-assessment.json"
        for content in (b"", b"{", b"\xff\xfe", b"[]", b"{}"):
            path.write_bytes(content)
            self.fails("status", says="damaged")
        with open(path, "wb") as file:
            file.truncate(GIGABYTE)
        self.fails("status", says="last-assessment.json")
        self.assertNotEqual(self.run_it("check").out, "")
        self.assertLess(path.stat().st_size, GIGABYTE)

    def test_edge_110_a_state_folder_that_cannot_be_written(self):
        for folder in ("/proc/nothing", "/dev/full"):
            self.environment["STATE_DIRECTORY"] = folder
            result = self.run_it("check", "--format", "json")
            self.assertEqual((result.err, bool(result.out)), ("", True))
            self.fails("assess", says=folder)

    def test_edge_105_only_one_assesses_at_a_time(self):
        self.state.mkdir()
        with open(self.state / "assess.lock", "w", encoding="ascii") as lock:
            import fcntl  # pylint: disable=import-outside-toplevel
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = self.run_it("assess")
            self.assertEqual(result.returncode, 0)
            self.assertIn("another", result.out)
            self.assertFalse((self.state / "last-assessment.json").exists())
        self.assertEqual(self.run_it("assess").returncode, 0)

    def test_collectors_are_listed_with_their_reasons(self):
        root = self.world()
        result = self.run_it("collectors", "--root", root)
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.out, r"(?m)^apt +used +\S")
        self.write("other/etc/os-release", "ID=azurelinux\n")
        result = self.run_it("collectors", "--root", self.folder / "other")
        self.assertEqual(result.returncode, UNKNOWN)
        self.assertRegex(result.out, r"(?m)^apt +does not fit +\S")


class Recordings(Case):
    def test_a_recording_holds_no_names_and_what_was_found(self):
        root = self.world(security=True)
        host = "db-17.corp.invalid"
        (root / "etc/hostname").write_text(host + "\n")
        sources = root / "etc/apt/sources.list"
        sources.write_text(sources.read_text() + "# deb http://joe:hunter2@mirror.corp.invalid/debian x main\n# " + host + "\n")
        target = self.folder / "recording"
        result = self.run_it("record", target, "--root", root)
        self.assertEqual(result.returncode, 0, result.err)
        expected = json.loads((target / "expected.json").read_text())
        self.assertEqual([patch["name"] for patch in expected["patches"]], ["openssl"])
        self.assertTrue(json.loads((target / "commands.json").read_text())["commands"])
        everything = b"\n".join(str(p).encode() + b"\n" + (p.read_bytes() if p.is_file() else b"") for p in target.rglob("*"))
        for secret in (host, "db-17", "hunter2", "joe", "mirror.corp.invalid", apt_fixture.MACHINE_ID, str(root)):
            self.assertNotIn(secret.encode(), everything)
        self.fails("record", target, "--root", root, says="not empty")

    def alone(self, *arguments):
        """Without the probe beside it, the program asks apt's commands."""
        program = self.folder / "alone/patchstate"
        program.parent.mkdir(exist_ok=True)
        shutil.copy2(PROGRAM, program)
        return subprocess.run([str(word) for word in (program, *arguments)], check=False, capture_output=True,
                              env=self.environment, timeout=100)

    def outline(self, assessment):
        """What a recording has to keep of an answer."""
        apt = next(source for source in assessment["sources"] if source["name"] == "apt")
        return (
            sorted((patch["patchId"], patch["version"], patch["state"]) for patch in assessment["patches"]),
            sorted((each["name"], each["state"]) for each in apt["metadata"]["repositories"]),
            sorted(warning["code"] for warning in apt.get("warnings", [])),
        )

    def test_a_recording_made_without_the_probe_gives_the_same_answer_again(self):
        def tear(root):
            index = next((root / "var/lib/apt/lists").glob("*debian_*_Packages"))
            index.write_bytes(index.read_bytes()[:-10])

        def interrupt(root):
            (root / "var/lib/dpkg/updates/0001").write_text("Package: bash\nStatus: install ok unpacked\nVersion: 9\n")

        def never_fetch(root):
            next((root / "var/lib/apt/lists").glob("*debian-security_*_Packages")).unlink()

        def offer(root):
            apart = apt_fixture.Root(root / "var/lib/ubuntu-advantage/apt-esm")
            apart.status.clear()
            apart.repository("https://esm.example.org/infra/ubuntu", "noble-infra-security", origin="UbuntuESM",
                             label="UbuntuESM").package("bash", "1.0-9")
            apart.write()

        for change, expected in ((lambda root: None, set()), (tear, {"index_damaged"}), (interrupt, {"dpkg_interrupted"}),
                                 (never_fetch, {"never_fetched"}), (offer, set())):
            name = change.__name__.strip("<>")
            with self.subTest(name):
                root = self.world(name, security=True, other=True)
                change(root)
                target = self.folder / f"recording-{name}"
                now = self.outline(json.loads(self.alone("check", "--format", "json", "--root", root).stdout))
                self.assertEqual(set(now[2]), expected)
                result = self.alone("record", target, "--root", root)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(self.outline(json.loads((target / "expected.json").read_text())), now)
                self.assertEqual(list((target / "root").rglob("*Packages")), [])
                # apt told its plan through its hook, which started the program: nothing had to be simulated.
                commands = json.loads((target / "commands.json").read_text())["commands"]
                self.assertTrue(any("--print-uris" in command["argv"] for command in commands))
                self.assertFalse(any("--simulate" in command["argv"] for command in commands))
                if change is offer:
                    self.assertIn("needs_subscription", {state for _, _, state in now[0]})

    def test_a_recording_of_this_machine(self):
        target = self.folder / "recording"
        result = self.run_it("record", target)
        self.assertEqual(result.returncode, 0, result.err)
        self.assertTrue((target / "expected.json").exists())


class Privileges(Case):
    @unittest.skipUnless(IS_ROOT, "only root can become somebody else")
    def test_an_unprivileged_user_gets_the_same_answer(self):
        home = self.folder / "home"
        home.mkdir()
        os.chown(home, 65534, 65534)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "env": environment}
        root = self.world(security=True)
        code, theirs = self.check_json("--root", root, **nobody)
        _, ours = self.check_json("--root", root)
        self.assertEqual(code, 2)
        def without_time(patches):
            return [{key: value for key, value in patch.items() if key != "firstSeen"} for patch in patches]
        self.assertEqual(without_time(theirs["patches"]), without_time(ours["patches"]))
        result = self.run_it("check", **nobody)
        self.assertTrue(result.out)
        self.assertTrue((home / ".local/state/patchstate/last-assessment.json").exists())
        self.assertEqual(self.run_it("status", **nobody).returncode, result.returncode)

    @unittest.skipUnless(IS_ROOT, "only root can become somebody else")
    def test_a_home_of_another_user_that_runuser_leaves_behind_is_no_obstacle(self):
        home = self.folder / "somebody"
        (home / ".cache").mkdir(parents=True)
        home.chmod(0o700)
        result = self.run_it("check", "--root", self.world(security=True), user=65534, group=65534, extra_groups=[],
                             env={"PATH": "/usr/bin:/bin", "HOME": str(home)})
        self.assertEqual((result.returncode, result.err), (2, ""))


class Interruption(Case):
    """A machine whose tool never ends and has a child that never ends."""

    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        shutil.copy2(PROGRAM, self.bin / "patchstate")
        self.started = self.folder / "started"
        os.mkfifo(self.started)
        probe = self.bin / "patchstate-apt-probe"
        probe.write_text(f"#!/bin/sh\n(trap '' TERM HUP INT; sleep 987654 & echo $! > {self.started}; wait) &\nwait\n")
        probe.chmod(0o755)

    def start(self, **options):
        process = subprocess.Popen([self.bin / "patchstate", "check", "--root", self.world(security=True)],
                                   env=self.environment, stdout=subprocess.PIPE, **options)
        with open(self.started, encoding="ascii") as pipe:
            return process, int(pipe.read())

    def assert_gone(self, pid):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                    if stat.read().rpartition(")")[2].split()[0] == "Z":
                        return
            except (FileNotFoundError, ProcessLookupError):
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        self.fail("a process was left behind")

    def test_edge_30_a_request_to_stop_takes_everything_along(self):
        for request in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(request):
                process, child = self.start(stderr=subprocess.PIPE)
                process.send_signal(request)
                out, err = process.communicate(timeout=20)
                self.assertEqual((process.returncode, out), (UNKNOWN, b""))
                self.assertIn(b"stopped", err)
                self.assert_gone(child)

    def test_edge_30_being_killed_takes_everything_along(self):
        process, child = self.start(stderr=subprocess.PIPE)
        process.kill()
        process.communicate(timeout=20)
        self.assert_gone(child)

    def test_progress_is_shown_on_a_terminal_and_erased(self):
        leader, follower = pty.openpty()
        process, child = self.start(stderr=follower)
        os.close(follower)
        text = b""
        while b" 2 s" not in text:
            text += os.read(leader, 4096)
        self.assertIn(b"patchstate: asking apt", text)
        process.terminate()
        process.communicate(timeout=20)
        os.close(leader)
        self.assert_gone(child)


if __name__ == "__main__":
    unittest.main(verbosity=1)
