# SPDX-License-Identifier: Apache-2.0
"""The rpms of `./dev package rpm`, how they are installed and removed, and a next release of one."""

import pathlib
import shutil
import subprocess
import tempfile

import rpm_world
from archive import TOP, archive, unpacked, version
from container import ENVIRONMENT, why_not

# As docs/install.md has them.
INSTALL = {"dnf": ("dnf", "-y", "install"), "dnf5": ("dnf5", "-y", "install"),
           "zypper": ("zypper", "--non-interactive", "install", "--allow-unsigned-rpm")}
REMOVE = {"dnf": ("dnf", "-y", "remove"), "dnf5": ("dnf5", "-y", "remove"),
          "zypper": ("zypper", "--non-interactive", "remove")}
CONFIGURATION = {"patchstate": "etc/patchstate/patchstate.toml", "patchstate-hub": "etc/patchstate-hub/options"}


def package_of(packages, name="patchstate"):
    return pathlib.Path(packages) / f"{name}-{version()}-1.x86_64.rpm"


def rebuilt(packages, release_number, name="patchstate"):
    """The same package as another release of it, with another configuration in it."""
    with tempfile.TemporaryDirectory() as work, unpacked(packages, "x86_64", name) as folder:
        with (folder / CONFIGURATION[name]).open("a") as config:
            config.write("# of the next release\n")
        subprocess.run(["tar", "-C", folder.parent, "-czf", archive(work, "x86_64", name), folder.name], check=True)
        subprocess.run(["rpmbuild", "-bb", "--target", "x86_64-linux", "--define", f"archive_version {version()}", "--define",
                        f"archive_release {release_number}", "--define", f"_topdir {work}", "--define", f"_sourcedir {work}",
                        TOP / f"packaging/rpm/{name}.spec"],
                       check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return next(pathlib.Path(work).glob("RPMS/*/*.rpm")).read_bytes()


def release(box, name="patchstate"):
    return box.run("rpm", "-q", "--qf", "%{RELEASE}", name).strip()


def cannot_run(*packages):
    """Why nothing of this can be tested here, or None."""
    tools = rpm_world.missing_tools() + [each for each in ("rpmbuild",) if not shutil.which(each)]
    absent = [each for each in packages if not each.exists()]
    if absent:
        return f"no {absent[0]}: ./dev package rpm"
    return why_not() or (f"no {', '.join(tools)}" if tools else None)
