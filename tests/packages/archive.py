# SPDX-License-Identifier: Apache-2.0
"""The portable archives of `./dev package portable`, unpacked."""

import contextlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile

SKIPPED = 77
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = {
    "patchstate": ("usr/bin/patchstate", "usr/sbin/patchstated", "usr/libexec/patchstate/patchstate-send"),
    "patchstate-hub": ("usr/bin/patchstate-hub",),
}
ALL = [(architecture, package) for package in PACKAGES for architecture in ("x86_64", "aarch64")]


def version():
    return re.search(r"^project\(patchstate VERSION (\S+)", (TOP / "CMakeLists.txt").read_text(), re.M)[1]


def archive(folder, architecture, package="patchstate"):
    return pathlib.Path(folder) / f"{package}-{version()}-linux-{architecture}.tar.gz"


def missing(folder, wanted=ALL):
    """Why the tests can't run; None where all these archives are there."""
    absent = [path for path in (archive(folder, *each) for each in wanted) if not path.exists()]
    return f"no {absent[0]}: ./dev package portable" if absent else None


def emulator(architecture):
    """What programs of it are started with here: nothing on their own machine. None: they can't be started."""
    if architecture == platform.machine():
        return []
    found = shutil.which(f"qemu-{architecture}")
    return [found] if found else None


@contextlib.contextmanager
def unpacked(folder, architecture, package="patchstate", below=None):
    """The folder that the archive makes; everybody may read it."""
    with tempfile.TemporaryDirectory(prefix="patchstate-archive-", dir=below) as scratch:
        os.chmod(scratch, 0o755)
        subprocess.run(["tar", "-C", scratch, "-xzf", archive(folder, architecture, package)], check=True)
        yield next(pathlib.Path(scratch).iterdir())


def chroot_command(root, archive_folder, scratch, user=0):
    """Runs what follows in `root`, with `archive_folder` at /mnt and `scratch` at /srv, in mounts of its own: the root itself
    stays as it is."""
    script = ('mount --bind "$2" "$1/mnt" && mount --bind "$3" "$1/srv" && mount -t proc proc "$1/proc" && '
              'user=$4 && root=$1 && shift 4 && exec chroot --userspec="$user:$user" "$root" "$@"')
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(root), str(archive_folder), str(scratch),
            str(user)]
