#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a package that is patched to the hub's answer, with nobody in between: the resident program and a real hub, on a
made-up system that is mounted over this one's package database in a namespace of its own (root only).

usage: end_to_end_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "delivery")]
import apt_fixture  # noqa: E402  (needs the path above)
from endpoints import Hub, environment  # noqa: E402

PROGRAMS = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
WITHIN = 60  # seconds: the promise itself
MOUNTED = ("/var/lib/dpkg", "/var/lib/apt", "/etc/apt", "/var/cache/apt")


class EndToEnd(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("only root can mount a system over this one's")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-service-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = self.folder / "patchstate.toml"
        self.environment = environment(STATE_DIRECTORY=str(self.folder / "state"), CACHE_DIRECTORY=str(self.folder / "cache"))
        self.hub = Hub(PROGRAMS / "patchstate-hub", self.folder, "--reports-per-minute", "1000")
        self.addCleanup(self.hub.stop)

    def system(self):
        """openssl and bash lack an update."""
        root = apt_fixture.Root(self.folder / "root")
        archive = root.repository("http://deb.example.org/debian", "bookworm")
        security = root.repository("http://deb.example.org/debian-security", "bookworm-security", label="Debian-Security")
        for package in ("openssl", "bash"):
            root.installed(package, "1.0-1")
            archive.package(package, "1.0-1")
            security.package(package, "1.0-1+deb12u1")
        root.write()
        for folder in MOUNTED:
            (self.folder / "root" / folder[1:]).mkdir(parents=True, exist_ok=True)
        return self.folder / "root"

    def within(self, root, *command):
        """The command line that runs `command` where `root` is this system's package database."""
        mounts = "".join(f"mount --bind {root}{folder} {folder} && " for folder in MOUNTED if pathlib.Path(folder).is_dir())
        return ["unshare", "-m", "--propagation", "private", "sh", "-c", mounts + 'exec "$@"', "sh", *map(str, command)]

    def enroll(self, root):
        token = self.folder / "token"
        token.write_text(self.hub.command("token", "create", "enrol"))
        token.chmod(0o600)
        subprocess.run(self.within(root, PROGRAMS / "patchstate", "enroll", "--config", self.config, "--token-file", token),
                       check=True, env=self.environment, stdout=subprocess.DEVNULL)
        return self.hub.ask("/v1/hosts")["hosts"][0]["id"]

    def start(self, root):
        service = subprocess.Popen(self.within(root, PROGRAMS / "patchstated", "--config", self.config), env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.log = []
        reader = threading.Thread(target=lambda: self.log.extend(service.stderr))
        reader.start()
        self.addCleanup(reader.join)
        self.addCleanup(service.stderr.close)
        self.addCleanup(service.wait)
        self.addCleanup(service.terminate)
        return service

    def seen_by_the_hub(self, host, wanted):
        """Seconds until the hub says so."""
        begun = time.monotonic()
        while self.hub.updates_of(host) != wanted:
            if time.monotonic() - begun > WITHIN:
                self.fail(f"{self.hub.updates_of(host)} and not {wanted}\n{''.join(self.log)}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def test_a_package_that_is_patched_is_resolved_on_the_hub_within_a_minute(self):
        root = self.system()
        self.config.write_text(f'[cloud]\nidentity = false\n[report]\nhub = "{self.hub.url}"\n'
                               '[service]\nstart_delay = "0s"\n')
        host = self.enroll(root)
        self.start(root)
        fixed = "1.0-1+deb12u1"
        self.seen_by_the_hub(host, {("openssl", fixed), ("bash", fixed)})
        # As dpkg does it: a new status file beside the old one, renamed over it.
        status = root / "var/lib/dpkg/status"
        text = status.read_text()
        before, package, after = text.partition("Package: openssl\n")
        new = status.with_name("status-new")
        new.write_text(before + package + after.replace("Version: 1.0-1\n", f"Version: {fixed}\n", 1))
        new.rename(status)
        took = self.seen_by_the_hub(host, {("bash", fixed)})
        print(f"resolved on the hub after {took:.1f} s", file=sys.stderr)
        history = self.hub.ask(f"/v1/hosts/{host}/history")
        self.assertIn("openssl", str(history))


if __name__ == "__main__":
    unittest.main(verbosity=1)
