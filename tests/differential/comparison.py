# SPDX-License-Identifier: Apache-2.0
"""patchstate's states against `apt list --upgradable`, `apt-get -s upgrade` and `apt-get -s dist-upgrade`, for machines of
which nothing is known beforehand."""

from apt_oracle import AptError
from patchstate_run import is_hidden

REFUSALS = ("Unmet dependencies", "needs to be reinstalled", "Unable to correct problems")


def simulated(apt, command):
    """None: apt refuses, the machine's dependencies are broken already or it finds no way out."""
    try:
        return apt.simulate(command)
    except AptError as error:
        if any(sentence in str(error) for sentence in REFUSALS):
            return None
        raise


class AptAnswer:
    """What apt says, and the states that follow from it by the documented rules."""

    def __init__(self, apt, held=(), phased=()):
        """`held`: names on hold; `phased`: names with a version that is being phased."""
        self.package = apt.package
        self.phased = phased
        self.versions = apt.upgradable()
        full, safe = simulated(apt, "dist-upgrade"), simulated(apt, "upgrade")
        self.refuses = full is None
        self.new = {key: value for key, value in full.installs.items() if not value[0]} if full else {}
        self.states = {
            key: self._state(key, held, [answer for answer in (safe, full) if answer]) for key in self.versions
        }

    def _state(self, key, held, simulations):
        if key[0] in held:
            return "held"
        if all(key in simulation.installs for simulation in simulations):
            return "installable"
        return self._left(key, "kept_back")

    def _left(self, key, state):
        """apt 2.6 does not say whether it is phasing or a dependency that keeps an update back (the scenarios do)."""
        return "left" if state in ("phased", "kept_back") and key[0] in self.phased else state

    def states_by(self, answer):
        return {
            self.package(*key): self._left(key, update["state"])
            for key, update in answer.updates.items()
            if not is_hidden(update) and update.get("installedVersion")
        }

    def differences(self, answer):
        """As sentences."""
        if answer.json is None or answer.failure:
            return [f"no answer: exit code {answer.exit_code} {answer.errors[-300:]} {answer.json and answer.failure}"]
        found = []
        for what, by_apt, by_patchstate in (
            ("versions", self.versions, self._keyed(answer.versions())),
            ("state", self.states, self.states_by(answer)),
            ("new package", self.new, self._keyed(answer.versions(new=True))),
        ):
            for key in sorted(by_apt.keys() | by_patchstate.keys()):
                if by_apt.get(key) != by_patchstate.get(key):
                    found.append(f"{what}: {key}: apt {by_apt.get(key)}, patchstate {by_patchstate.get(key)}")
        if self.refuses != ("dependencies_broken" in answer.warnings):
            apt = "refuses" if self.refuses else "answers"
            found.append(f"apt {apt}, patchstate warns of {sorted(answer.warnings)}")
        return found

    def _keyed(self, versions):
        return {self.package(*key): value for key, value in versions.items()}
