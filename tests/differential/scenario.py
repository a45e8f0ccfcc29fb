# SPDX-License-Identifier: Apache-2.0
"""A scenario: a root, what must be said about it, and the comparison of three answers: the scenario's own (worked out by
hand, without apt), apt's, and patchstate's.

Every difference between apt and patchstate is one of these rules:
  held, phased, kept_back  apt lists them as upgradable, its full upgrade may leave them out: the state tells
  blocked_by_pin           a security version that a pin hides: in no answer of apt's
  needs_subscription       a security version this machine has no right to: in no answer of apt's
  downgrades               a pin above 1000 makes apt go back: not an update
  apt_gives_up             broken dependencies: apt-get simulates nothing, `apt list` still lists
  apt_fails                broken configuration: the probe reads on and warns; without it there is a failure"""

import dataclasses

from apt_fixture import Root
from apt_oracle import Apt, AptError, bare
from patchstate_run import COMPARED, NOBODY

SCENARIOS = []
ARCHIVE = "http://deb.example.org/debian"
SECURITY_ARCHIVE = "http://deb.example.org/debian-security"
SECURITY, OTHER, UNKNOWN = "security", "other", "unknown"
# Warnings that cost nothing of the list.
BESIDE_THE_POINT = {"package_not_configured", "dependencies_broken", "apt_warning"}


@dataclasses.dataclass
class Expected:
    installed: str
    candidate: str
    state: str
    classification: str


class Scenario(Root):
    """What is not said is expected to be absent: no update, no warning."""

    def __init__(self, folder, **options):
        super().__init__(folder, **options)
        self.updates = {}
        self.verdict = None  # None: follows from the updates
        self.warnings = set()
        self.failure = None
        self.downgrades = set()
        self.apt_gives_up = False  # apt-get simulates nothing
        self.apt_fails = False  # no command of apt's answers at all; the probe reads on and says what is wrong
        self.never_printed = None  # a text that no output may contain
        self.after_write = lambda: None
        self.as_nobody = False
        self.before_check = list  # locks it takes are kept until all have answered

    def main(self, suite="trixie", **options):
        return self.repository(options.pop("uri", ARCHIVE), suite, **options)

    def security(self, suite="trixie-security", **options):
        return self.repository(SECURITY_ARCHIVE, suite, label="Debian-Security", archive="stable-security", **options)

    def pending(self, name, installed, candidate, classification=OTHER, state="installable", arch=None):
        hidden = () if state in COMPARED else ("hidden",)
        self.updates[(name, arch or self.arch, *hidden)] = Expected(installed, candidate, state, classification)
        return self

    def expected_verdict(self):
        if self.verdict:
            return self.verdict
        counted = [update.classification for update in self.updates.values() if update.state == "installable"]
        if SECURITY in counted:
            return "noncompliant"
        return "unknown" if UNKNOWN in counted or self.failure or self.warnings - BESIDE_THE_POINT else "compliant"

    def apt(self):
        return Apt(self.folder, self.arch, self.foreign, self.prefix)

    @property
    def prefix(self):
        return NOBODY if self.as_nobody else []


def scenario(function):
    SCENARIOS.append(function)
    return function


def versions(scene, states, new=False):
    return {
        (key[0], scene.arch if key[1] == "all" else key[1]): (update.installed, update.candidate)
        for key, update in scene.updates.items()
        if update.state in states and bool(update.installed) != new
    }


def apt_differences(scene):
    """Where the scenario's own expectation is not what apt says: a mistake in the scenario."""
    apt = scene.apt()
    if scene.apt_fails:
        return must_fail(apt.upgradable)
    found = different("apt list --upgradable", versions(scene, COMPARED), apt.upgradable())
    if scene.apt_gives_up:
        return found + must_fail(apt.dist_upgrade)
    full, safe = apt.dist_upgrade(), apt.upgrade()
    new = {key for key, (installed, _) in full.installs.items() if not installed}
    found += different(
        "new in dist-upgrade",
        versions(scene, ("installable",), new=True),
        {key: value for key, value in full.installs.items() if key in new},
    )
    found += different(
        "taken by upgrade",
        versions(scene, ("installable",)),
        {key: value for key, value in safe.installs.items() if value[0]},
    )
    found += different(
        "deferred by phasing",
        {key[0] for key in versions(scene, ("phased",))} - {bare(name)[0] for name in full.kept_back},
        {bare(name)[0] for name in full.phased},
    )
    found += different("downgraded", scene.downgrades, full.downgraded)
    not_taken = set(versions(scene, ("held", "phased"))) & set(full.installs)
    return found + [f"taken by dist-upgrade, expected to be left: {sorted(not_taken)}"] * bool(not_taken)


def must_fail(ask):
    try:
        ask()
    except AptError:
        return []
    return [f"{ask.__name__} answers, but was expected to give up"]


def patchstate_differences(scene, answer, by_commands=False):
    """Where patchstate's answer is not the scenario's expectation; `by_commands`: it had no probe."""
    if by_commands and scene.apt_fails and not scene.failure:
        scene.failure = "tool_failed"
        scene.updates.clear()
    if answer.json is None:
        return [f"no JSON, exit code {answer.exit_code}: {answer.errors[-500:]}"]
    found = []
    if answer.failure or scene.failure:
        found += different("failure", scene.failure, answer.failure and answer.failure["kind"])
    else:
        expected = {key: dataclasses.astuple(update) for key, update in scene.updates.items()}
        got = {
            key: (
                update.get("installedVersion", ""),
                update["version"],
                update["state"],
                "+".join(update["classifications"]),
            )
            for key, update in answer.updates.items()
        }
        found += different("updates", expected, got)
        found += different("warnings", scene.warnings, answer.warnings)
    if scene.never_printed and scene.never_printed in answer.text + answer.errors:
        found.append(f"prints {scene.never_printed}")
    found += different("verdict", scene.expected_verdict(), answer.verdict)
    return found + different(
        "exit code", {"compliant": 0, "noncompliant": 2, "unknown": 3}[scene.expected_verdict()], answer.exit_code
    )


def different(what, expected, got):
    if expected == got:
        return []
    if isinstance(expected, dict):
        return [
            f"{what}: {key}: expected {expected.get(key)}, got {got.get(key)}"
            for key in sorted(expected.keys() | got.keys())
            if expected.get(key) != got.get(key)
        ]
    return [f"{what}: expected {expected!r}, got {got!r}"]
