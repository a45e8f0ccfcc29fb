# SPDX-License-Identifier: Apache-2.0
"""Runs the built patchstate on a root and reads its JSON."""

import dataclasses
import json
import os
import pathlib
import subprocess

PROBE = "patchstate-apt-probe"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
COMPARED = ("installable", "held", "phased", "kept_back")  # states in which apt's own list has the update too


def is_hidden(update):
    """Its id names the version: the package may have an update that apt takes, beside it."""
    return update["state"] not in COMPARED or update["patchId"].endswith(f"={update['version']}")


@dataclasses.dataclass
class Answer:
    exit_code: int
    text: str
    errors: str
    duration: float

    def __post_init__(self):
        self.json = json.loads(self.text) if self.text.strip() else None

    @property
    def verdict(self):
        return self.json["verdict"]["value"] if self.json else None

    @property
    def reasons(self):
        return {reason["code"] for reason in self.json["verdict"]["reasons"]}

    @property
    def source(self):
        """The report of apt, the only source of the machines here."""
        return next(source for source in self.json["sources"] if source["name"] == "apt")

    @property
    def failure(self):
        return self.source.get("failure")

    @property
    def warnings(self):
        return {warning["code"] for warning in self.source.get("warnings", [])}

    @property
    def repositories(self):
        """Name -> state."""
        return {each["name"]: each["state"] for each in self.source["metadata"]["repositories"]}

    @property
    def updates(self):
        """(name, arch) -> the update; (name, arch, "hidden") -> one above apt's candidate, so not in apt's own list."""
        found = {}
        for update in self.json["patches"]:
            key = (update["name"], update.get("arch", ""), *(("hidden",) if is_hidden(update) else ()))
            if key in found:
                raise AssertionError(f"reported twice: {key}")
            found[key] = update
        return found

    def versions(self, states=COMPARED, new=False):
        """(name, arch) -> (installed, candidate) of the updates in these states, or of the new packages."""
        return {
            key: (update.get("installedVersion", ""), update["version"])
            for key, update in self.updates.items()
            if not is_hidden(update) and update["state"] in states and bool(update.get("installedVersion")) != new
        }


def copied(program, to):
    """By a process of its own: were the copy written by this one, what another thread starts just then would hold it open, and
    it could not be run ("Text file busy")."""
    subprocess.run(["cp", "-p", program, to], check=True)
    return to


class Patchstate:
    """The program of a build, with its probe or (`probe=None`) alone, so that it must ask apt's commands; or with another
    program, at that path, in the probe's place. What it keeps, it keeps in `scratch`."""

    def __init__(self, bin_folder, scratch, probe=PROBE):
        # A copy, because nobody may not be able to reach the build folder.
        copy = pathlib.Path(scratch) / "bin"
        copy.mkdir()
        self.program = copied(pathlib.Path(bin_folder) / "patchstate", copy / "patchstate")
        if probe:
            copied(pathlib.Path(bin_folder) / PROBE if probe == PROBE else probe, copy / PROBE)
        self.cache = pathlib.Path(scratch) / "cache"
        self.state = pathlib.Path(scratch) / "state"
        for folder in (self.cache, self.state):
            folder.mkdir()
            folder.chmod(0o777)

    def check(self, root, *arguments, prefix=(), timeout=120, **environment):
        command = [*prefix, self.program, "check", "--format", "json", "--root", root, *arguments]
        variables = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "CACHE_DIRECTORY": str(self.cache),
            "STATE_DIRECTORY": str(self.state),
        }
        before = os.times().elapsed
        result = subprocess.run(
            [str(word) for word in command],
            env=variables | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answer(result.returncode, result.stdout, result.stderr, os.times().elapsed - before)
