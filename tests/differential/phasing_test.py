# SPDX-License-Identifier: Apache-2.0
"""Phased updates: which machine is in is apt's decision (a hash of source, version and machine-id), for every machine-id and
percentage. No dependencies here, so that whatever apt's full upgrade leaves out, it leaves out because of phasing."""

import argparse
import hashlib
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from apt_fixture import Root  # noqa: E402  (after the path is set)
from apt_oracle import Apt  # noqa: E402
from patchstate_run import PROBE, Patchstate  # noqa: E402

UBUNTU = {"origin": "Ubuntu", "label": "Ubuntu", "codename": "noble"}


def machine(number, folder):
    """150 packages at all percentages; every tenth has a security version below, which takes it out of phasing."""
    root = Root(folder, machine_id=hashlib.md5(str(number).encode()).hexdigest())
    updates = root.repository("http://archive.example.org/ubuntu", "noble-updates", **UBUNTU)
    security = root.repository("http://archive.example.org/ubuntu", "noble-security", **UBUNTU)
    for each in range(150):
        root.installed(f"p{each}", "1")
        source = f"source{each} (2.0)" if each % 3 else None
        if each % 10 == 0:
            security.package(f"p{each}", "1.5")
        updates.package(f"p{each}", f"2.{each % 7}", phased=each * 100 // 149, source=source)
    return root.write()


def differences(root, patchstate):
    full = Apt(root.folder, root.arch).dist_upgrade().installs
    answer = patchstate.check(root.folder)
    got = {key: update["state"] for key, update in answer.updates.items()}
    by_apt = {
        (f"p{each}", "amd64"): "installable" if (f"p{each}", "amd64") in full else "phased" for each in range(150)
    }
    if len(set(by_apt.values())) != 2:
        return ["apt takes or leaves them all: this proves nothing"]
    return [
        f"{key}: apt {by_apt.get(key)}, patchstate {got.get(key)}"
        for key in sorted(by_apt.keys() | got.keys())
        if by_apt.get(key) != got.get(key)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    parser.add_argument("--without-probe", action="store_true")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="patchstate-test-") as scratch:
        patchstate = Patchstate(options.bin, scratch, None if options.without_probe else PROBE)
        for number in range(12):
            with tempfile.TemporaryDirectory(prefix="machine-") as folder:
                for sentence in differences(machine(number, pathlib.Path(folder) / "root"), patchstate):
                    print(f"machine {number}: {sentence}")
                    failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
