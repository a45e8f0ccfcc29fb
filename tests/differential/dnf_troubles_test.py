# SPDX-License-Identifier: Apache-2.0
"""The real dnf 4 on machines that something is wrong with: none of it may read as "nothing pending", each says what to do."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import rpm_world  # noqa: E402  (after the path is set)
from dnf_scenarios import one_update  # noqa: E402

SKIPPED = 77
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def database(world):
    return world.root / "var/lib/rpm/rpmdb.sqlite"


def cut(world, kind):
    """The fetched file of that kind is damaged, and dnf's parsed copies are gone."""
    cache = world.root / "var/cache/dnf"
    for path in [*cache.glob("*.solv"), *cache.glob("*.solvx")]:
        path.unlink()
    for path in cache.glob(f"*/repodata/*{kind}*"):
        path.write_bytes(path.read_bytes()[:60])


def corrupt(world):
    for path in database(world).parent.glob("*-wal"):
        path.unlink()
    database(world).write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)


def lock(world):
    (world.root / "var/cache/dnf/metadata_lock.pid").write_text(str(os.getpid()))


def vendor(text, mode=0o644):
    """A second .repo file."""
    return lambda world: world.file("/etc/yum.repos.d/vendor.repo", text).chmod(mode)


def latin1(world):
    path = world.root / "etc/yum.repos.d/test.repo"
    path.write_bytes(path.read_bytes().replace(b"name=updates", b"name=\xe4nderungen"))


# What is done to the machine after the fetch -> the failure's kind and code, or a warning, or how many updates there are.
TROUBLES = {
    "edge-119: another dnf holds the lock, and reading waits for nobody": (lock, 1),
    "edge-28: the rpm database is damaged": (corrupt, ("tool_failed", "rpmdb_damaged")),
    "edge-28: the rpm database is something else": (lambda world: database(world).write_bytes(b"x" * 99), ("tool_failed", "rpmdb_damaged")),
    "edge-28: the rpm database is empty": (lambda world: database(world).write_bytes(b""), ("tool_failed", "rpmdb_damaged")),
    "edge-28: the rpm database is missing": (lambda world: database(world).unlink(), ("tool_failed", "rpmdb_missing")),
    "edge-10: no repository is enabled": (lambda world: world.file("/etc/yum.repos.d/test.repo", ""), ("disabled", "CliError")),
    "the list of packages is cut off": (lambda world: cut(world, "primary"), "index_damaged"),
    "edge-124: the advisories are cut off": (lambda world: cut(world, "updateinfo"), "index_damaged"),
    "edge-113: a .repo file is broken": (vendor("[vendor\nbaseurl=http://127.0.0.1:9/\n"), "source_unreadable"),
    "edge-113: a .repo file has no section": (vendor("baseurl=http://127.0.0.1:9/\n"), "source_unreadable"),
    "a .repo file is in Latin-1": (latin1, 1),
    "dnf.conf can't be read": (lambda world: world.file("/etc/dnf/dnf.conf", "[main\n"), ("tool_failed", "SystemExit")),
}

AS_NOBODY = {
    "edge-97: nobody asks": (lambda world: None, 1),
    "edge-73: nobody asks, and a .repo file is root's alone":
        (vendor("[vendor]\nname=vendor\nbaseurl=http://u:p@127.0.0.1:9/\n", 0o600), "source_unreadable"),
}


def ask(program, world, cache, prefix=()):
    result = subprocess.run([*prefix, program, world.root, cache], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            check=False, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"dnf_answer: exit code {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def what_is_wrong(answer, expected):
    source = answer["sources"][0]
    if isinstance(expected, tuple):
        failure = source.get("failure", {})
        found = (failure.get("kind"), failure.get("errorCode"))
        return [] if found == expected else [f"{found} in place of {expected}: {source}"]
    if "failure" in source:
        return [f"failed: {source['failure']}"]
    if isinstance(expected, int):
        return [] if len(answer["patches"]) == expected else [f"{len(answer['patches'])} updates: {source['warnings']}"]
    codes = [one["code"] for one in source["warnings"] if one["incomplete"]]
    return [] if codes == [expected] else [f"warnings {codes} in place of {expected}: {source['warnings']}"]


def made(folder):
    world = rpm_world.World(folder / "world")
    one_update(world, world.repository("updates"))
    world.write()
    return world


def check(name, program, folder):
    world = made(folder)
    cache = folder / "cache"
    cache.mkdir()
    if name == "never fetched":
        problems = what_is_wrong(ask(program, world, cache), "never_fetched")
        return problems + (["asking made a folder in the root"] if (world.root / "var/cache").exists() else [])
    world.fetch_dnf4()
    if name in AS_NOBODY:
        folder.chmod(0o755)
        spoil, expected = AS_NOBODY[name]
        spoil(world)
        return what_is_wrong(ask(program, world, cache, NOBODY), expected)
    spoil, expected = TROUBLES[name]
    spoil(world)
    return what_is_wrong(ask(program, world, cache), expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    missing = rpm_world.missing_tools("dnf")
    if missing:
        print(f"skipped: no {', '.join(missing)} on this machine (apt-get install rpm createrepo-c dnf)")
        return SKIPPED
    names = [*TROUBLES, "never fetched", *(AS_NOBODY if os.geteuid() == 0 else [])]
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="patchstate-dnf-") as folder:
            program = pathlib.Path(folder) / "dnf_answer"
            program.write_bytes((pathlib.Path(options.bin) / "dnf_answer").read_bytes())
            program.chmod(0o755)
            problems = check(name, program, pathlib.Path(folder))
        failed += bool(problems)
        print(f"{'FAILED' if problems else 'ok'}: {name}")
        for problem in problems:
            print(f"    {problem}")
    print(f"{len(names)} troubles, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
