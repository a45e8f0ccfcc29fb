# SPDX-License-Identifier: Apache-2.0
"""Bad input never reads as good news. Files of the system and answers of the probe are replaced by every kind of garbage; the
answer must be `unknown` with a reason, or still name the security update that is pending. Nothing may crash, hang for ever
or leave a process behind."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from apt_fixture import Root  # noqa: E402  (after the path is set)
from patchstate_run import PROBE, Patchstate  # noqa: E402

GIGABYTE = 1 << 30
PENDING = ("openssl", "amd64")
LONGEST = 150  # seconds: the deadline of the probe and what is around it


def machine(folder, pending):
    """With one security update pending, or none."""
    root = Root(folder)
    root.installed("openssl", "3.0-1", depends="libc6").installed("libc6", "2.41-1").installed("bash", "5.2")
    main = root.repository("http://deb.example.org/debian", "trixie")
    security = root.repository("http://deb.example.org/debian-security", "trixie-security", label="Debian-Security")
    main.package("libc6", "2.41-1").package("bash", "5.2").package("openssl", "3.0-1", depends="libc6")
    security.package("libc6", "2.41-1").package("openssl", "3.0-2" if pending else "3.0-1", depends="libc6").package(
        "bash", "5.2"
    )
    root.pin("no-such-package", "version 1", 500)
    root.file("etc/apt/apt.conf.d/50test", 'APT::Install-Suggests "false";\n')
    root.write()
    return root, {
        "status": root.path("var/lib/dpkg/status"),
        "arch": root.path("var/lib/dpkg/arch"),
        "release": security.release_path(),
        "packages": security.index_paths()[0],
        "sources": root.path("etc/apt/sources.list"),
        "preferences": root.path("etc/apt/preferences"),
        "configuration": root.path("etc/apt/apt.conf.d/50test"),
        "os-release": root.path("etc/os-release"),
        "extended_states": root.path("var/lib/apt/extended_states"),
        "machine-id": root.path("etc/machine-id"),
    }


def halved(content):
    return content[: len(content) // 2]


def torn(content):
    """Cut within a word, in the last stanza."""
    return content[:-20]


DAMAGES = {
    "empty": lambda content: b"",
    "halved": halved,
    "torn": torn,
    "binary": lambda content: random.Random(7).randbytes(20000),
    "zeros": lambda content: bytes(65536),
    "zeros after it": lambda content: content + bytes(65536),
    "latin-1": lambda content: "Paqueté: ñandú\nVersión: ÿ\n".encode("latin-1") * 50,
    "one long line": lambda content: b"Package: " + b"a" * 5_000_000,
    "a thousand fields": lambda content: b"".join(b"F%d: x\n" % number for number in range(100_000)),
    "only newlines": lambda content: b"\n" * 100_000,
    "html": lambda content: b"<!DOCTYPE html><html><body>Please log in</body></html>\n",
}


def sparse(path):
    path.write_bytes(b"")
    os.truncate(path, GIGABYTE)


def sparse_tail(path):
    os.truncate(path, GIGABYTE)


def replaced(make):
    def replace(path):
        path.unlink()
        make(path)

    return replace


PLACES = {
    "1 GB of zeros": sparse,
    "1 GB of zeros after it": sparse_tail,
    "gone": lambda path: path.unlink(),
    "a folder": replaced(lambda path: path.mkdir()),
    "a dangling link": replaced(lambda path: path.symlink_to("nowhere")),
    "a link to itself": replaced(lambda path: path.symlink_to(path.name)),
}
ENDLESS_PLACES = {"a pipe nobody writes to": replaced(os.mkfifo)}

# From damage to these no answer can be right. The others only say how updates are taken and where from: with nothing to
# find, finding nothing is right as long as apt itself makes do with what is left of them.
EVIDENCE = ("status", "release", "packages", "os-release")
# The end of a signature says nothing about what was signed.
HARMLESS = {("release", "torn")}


def damage_case(target, damage, change, pending):
    def run(patchstate, folder):
        root, files = machine(pathlib.Path(folder) / "root", pending)
        change(files[target])
        answer = patchstate.check(root.folder, timeout=LONGEST)
        return judged(answer, pending, target not in EVIDENCE or (target, damage) in HARMLESS)

    return f"{target}: {damage}, {'one pending' if pending else 'nothing pending'}", run


def judged(answer, pending, harmless=False):
    """Sentences about what is wrong with an answer to damaged input."""
    if answer.exit_code not in (0, 1, 2, 3) or answer.json is None:
        return [f"exit code {answer.exit_code}, {'no ' if answer.json is None else ''}JSON, {answer.errors[-300:]!r}"]
    expected = {"compliant": 0, "noncompliant": 2, "unknown": 3}[answer.verdict]
    found = [] if answer.exit_code == expected else [f"exit code {answer.exit_code}, verdict {answer.verdict}"]
    if not answer.json["verdict"]["reasons"]:
        found.append("a verdict without a reason")
    if answer.verdict == "noncompliant" and (not pending or PENDING not in answer.updates):
        found.append(f"noncompliant because of {sorted(answer.updates)}")
    if answer.verdict == "compliant" and (pending or not harmless):
        found.append("reads as compliant")
    return found


def with_change(change):
    return lambda path: path.write_bytes(change(path.read_bytes()))


def file_cases():
    damages = {name: with_change(change) for name, change in DAMAGES.items()} | PLACES
    for target in machine_files():
        for damage, change in damages.items():
            yield damage_case(target, damage, change, True)
            if "1 GB" not in damage:
                yield damage_case(target, damage, change, False)


def machine_files():
    return (
        "status",
        "arch",
        "release",
        "packages",
        "sources",
        "preferences",
        "configuration",
        "os-release",
        "extended_states",
        "machine-id",
    )


# Each is a shell script in the probe's place. Those that leave something behind do so in its folder, to be found there.
PROBES = {
    "prints nothing": "exit 0",
    "prints nothing and fails": "exit 1",
    "prints garbage": "echo 'Segmentation fault'",
    "prints an empty object": "echo '{}'",
    "prints null": "echo null",
    "prints a number beyond all numbers": "echo '{\"snapshot\": 1e999999}'",
    "prints an empty snapshot": 'echo \'{"snapshot": "apt"}\'',
    "prints the wrong types": 'echo \'{"snapshot": "apt", "tool": 1, "packages": {}, "sources": 7}\'',
    "prints invalid UTF-8": 'printf \'{"snapshot": "\\377\\376apt"}\'',
    "nests without end": "yes '[' | head -c 5000000",
    "prints 1 GB": f"head -c {GIGABYTE} /dev/zero",
    "complains for 1 GB": f"head -c {GIGABYTE} /dev/zero >&2; exit 1",
    "kills itself": "kill -SEGV $$",
    "forks a child that never ends": 'cd "${0%/*}"; sleep 1000 & echo garbage',
    "forks a child in a session of its own": 'cd "${0%/*}"; setsid sleep 1000 & sleep 0.1; echo garbage',
    "is not executable": None,  # then there is none: apt's own commands are asked
    "is not a program": "",
}
ENDLESS_PROBES = {
    "never ends": 'cd "${0%/*}"; while :; do sleep 1; done',
    "never ends and ignores signals": 'trap "" TERM INT HUP; cd "${0%/*}"; while :; do sleep 1; done',
}


def processes_of(folder):
    """Open handles of the processes that run from `folder` or in it; a number alone may be somebody else's by now."""
    found = []
    for process in (entry for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            handle = os.pidfd_open(int(process.name))
        except (ProcessLookupError, OSError):
            continue
        try:
            ours = str(folder).encode() in (process / "cmdline").read_bytes() or str(
                (process / "cwd").readlink()
            ).startswith(str(folder))
        except OSError:
            ours = False
        if ours:
            found.append(handle)
        else:
            os.close(handle)
    return found


def probe_case(name, script):
    def run(programs, folder):
        fake = pathlib.Path(folder) / "fake-probe"
        fake.write_text(f"#!/bin/sh\n{script}\n" if script else "echo\n", encoding="ascii")
        fake.chmod(0o644 if script is None else 0o755)
        return with_probe(programs, folder, fake, harmless=script is None)

    return f"a probe that {name}", run


def with_probe(programs, folder, fake, harmless=False):
    root, _ = machine(pathlib.Path(folder) / "root", pending=False)
    patchstate = Patchstate(programs.program.parent, folder, fake)
    return judged(patchstate.check(root.folder, timeout=LONGEST), False, harmless)


def cut_case(part):
    """The probe's own answer, cut: still valid to its last byte, but not whole."""

    def run(programs, folder):
        root, _ = machine(pathlib.Path(folder) / "answered", pending=True)
        asked = subprocess.run(
            [programs.program.parent / PROBE, "--root", root.folder], stdout=subprocess.PIPE, check=True
        )
        whole = asked.stdout.rstrip()
        json.loads(whole)
        answer = pathlib.Path(folder) / "answer"
        answer.write_bytes(whole[: int(len(whole) * part)])
        fake = pathlib.Path(folder) / "fake-probe"
        fake.write_text(f"#!/bin/sh\nexec cat {answer}\n", encoding="ascii")
        fake.chmod(0o755)
        return with_probe(programs, folder, fake)

    return f"a probe whose answer is cut at {part:.2f}", run


def cases(endless):
    if endless:
        yield from (probe_case(name, script) for name, script in ENDLESS_PROBES.items())
        for target in machine_files():
            yield from (damage_case(target, name, change, False) for name, change in ENDLESS_PLACES.items())
        return
    yield from file_cases()
    yield from (probe_case(name, script) for name, script in PROBES.items())
    yield from (cut_case(part / 20) for part in range(20))


def run_case(case, programs):
    name, run = case
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        before = time.monotonic()
        found = run(programs, folder)
        for handle in processes_of(folder):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
            found.append("leaves a process behind")
        took = time.monotonic() - before
        return name, found + ([f"took {took:.0f} s"] if took > LONGEST else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    parser.add_argument("--endless", action="store_true", help="the cases that only a deadline ends")
    options = parser.parse_args()
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="patchstate-test-") as scratch:
        programs = Patchstate(options.bin, scratch)
        with concurrent.futures.ThreadPoolExecutor(32 if options.endless else os.cpu_count()) as pool:
            for name, found in pool.map(lambda case: run_case(case, programs), cases(options.endless)):
                total += 1
                failed += bool(found)
                for sentence in found:
                    print(f"{name}: {sentence}")
    print(f"{total} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
