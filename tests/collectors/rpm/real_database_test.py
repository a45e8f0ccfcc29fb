#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is installed, read through the rpm of this machine from databases it made: whole ones, lost, torn, damaged,
locked ones, ones of another format, and ones this user may not read. None of them reads as nothing installed, and none
is changed by looking."""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PACKAGES = [("bash", None, "5.1.8", "6.el9"), ("kernel-core", None, "5.14.0", "1.el9"),
            ("kernel-core", None, "5.14.0", "2.el9"), ("perl", 4, "5.32.1", "480.el9"), ("zlib", 0, "1.2~rc1", "1")]
EXPECTED = ["bash-5.1.8-6.el9.noarch", "kernel-core-5.14.0-1.el9.noarch", "kernel-core-5.14.0-2.el9.noarch",
            "perl-4:5.32.1-480.el9.noarch", "zlib-1.2~rc1-1.noarch"]
NOBODY = 65534


def build(folder):
    """The packages, made by rpmbuild."""
    for name, epoch, version, release in PACKAGES:
        spec = folder / f"{name}-{release}.spec"
        epoch_line = "" if epoch is None else f"Epoch: {epoch}\n"
        spec.write_text(f"Name: {name}\nVersion: {version}\nRelease: {release}\n{epoch_line}Summary: x\nLicense: x\n"
                        "BuildArch: noarch\nVendor: Test <vendor>\n%description\nx\n%files\n")
        subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/build", spec], check=True,
                       capture_output=True, timeout=60)
    return sorted((folder / "build/RPMS").rglob("*.rpm"))


def install(root, place, rpms):
    (root / place).mkdir(parents=True)
    subprocess.run(["rpm", "--root", root, "--dbpath", f"/{place}", "-i", "--nodeps", *rpms], check=True,
                   capture_output=True, timeout=60)
    return root


def state(root):
    """Names, sizes and contents; the shared memory of sqlite's is no data."""
    return {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.endswith("-shm")}


def answer(program, root, user=None):
    """Exit code and lines."""
    become = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run([program, "installed", root], capture_output=True, text=True, timeout=90, **become)
    return done.returncode, done.stdout.splitlines()


def copy(whole, root):
    shutil.copytree(whole, root)
    return root / "var/lib/rpm/rpmdb.sqlite"


def roots(folder, whole):
    """(what, root, user, expected: None for the packages, else words of the error)."""
    yield "whole", whole, None, None
    os.chmod(folder, 0o755)
    if os.getuid() == 0:
        yield "whole, as nobody", whole, NOBODY, None

        copy(whole, folder / "closed")
        for leftover in ("rpmdb.sqlite-shm", "rpmdb.sqlite-wal"):
            (folder / "closed/var/lib/rpm" / leftover).unlink(missing_ok=True)
        yield "without sqlite's journal, as nobody", folder / "closed", NOBODY, "permission_denied rpmdb_unreadable"

        copy(whole, folder / "secret").chmod(0o600)
        yield "not readable", folder / "secret", NOBODY, "permission_denied rpmdb_unreadable"
    else:
        print("not tested, they need root: databases that another user may not read")

    (folder / "missing/var/lib/rpm").mkdir(parents=True)
    yield "missing", folder / "missing", None, "tool_failed rpmdb_missing"

    copy(whole, folder / "lost").write_bytes(b"")
    yield "lost", folder / "lost", None, "tool_failed rpmdb_damaged"

    database = copy(whole, folder / "torn")
    database.write_bytes(database.read_bytes()[:20000])
    yield "torn", folder / "torn", None, "tool_failed rpmdb_damaged"

    database = copy(whole, folder / "garbage")
    database.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    yield "garbage", folder / "garbage", None, "tool_failed rpmdb_damaged"

    database = copy(whole, folder / "header")
    sqlite = sqlite3.connect(database)
    sqlite.execute("UPDATE Packages SET blob = zeroblob(300) WHERE hnum = 2")
    sqlite.commit()
    sqlite.close()
    yield "one damaged header", folder / "header", None, "tool_failed rpmdb_damaged"

    database = copy(whole, folder / "emptied")
    sqlite = sqlite3.connect(database)
    sqlite.execute("DELETE FROM Packages")
    sqlite.commit()
    sqlite.close()
    yield "emptied", folder / "emptied", None, "tool_failed rpmdb_missing"

    (folder / "ndb/var/lib/rpm").mkdir(parents=True)
    (folder / "ndb/var/lib/rpm/Packages.db").write_bytes(b"RpmP" + bytes(4092))
    yield "ndb, without a package", folder / "ndb", None, ("unsupported rpmdb_format", "tool_failed ")

    (folder / "bdb/var/lib/rpm").mkdir(parents=True)
    (folder / "bdb/var/lib/rpm/Packages").write_bytes(bytes(12) + b"\x61\x15\x06\x00" + bytes(4080))
    yield "bdb, torn", folder / "bdb", None, ("unsupported rpmdb_format", "tool_failed ")


def main():
    missing = [tool for tool in ("rpm", "rpmbuild") if not shutil.which(tool)]
    if missing:
        print(f"skipped: there is no {' and no '.join(missing)} on this machine (apt-get install rpm)")
        return 77
    problems = []
    with tempfile.TemporaryDirectory(prefix="patchstate-rpm-") as name:
        folder = pathlib.Path(name)
        rpms = build(folder)
        install(folder / "sysimage", "usr/lib/sysimage/rpm", rpms)
        whole = install(folder / "whole", "var/lib/rpm", rpms)
        cases = [*roots(folder, whole), ("in the newer place", folder / "sysimage", None, None)]
        for what, root, user, expected in cases:
            before = state(root)
            code, lines = answer(sys.argv[1], root, user)
            if expected is None:
                good = code == 0 and sorted(lines) == EXPECTED
            else:
                good = code == 1 and len(lines) == 1 and lines[0].startswith(expected)
            if not good:
                problems.append(f"{what}: exit code {code}, {lines}")
            if user is not None and state(root) != before:
                problems.append(f"{what}: the database was changed")
            if user is None and set(state(root)) - set(before) - {pathlib.Path("var/lib/rpm/rpmdb.sqlite-wal")}:
                problems.append(f"{what}: files were made: {set(state(root)) - set(before)}")
            print(f"{what}: {lines[0] if expected else f'{len(lines)} packages'}")
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
