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


def states_by_apt(upgradable, safe, full, held, phased):
    """What the documented rules make of apt's answers. `left` stands for phased or kept back where the update is one that
    is being phased: apt 2.6 does not say which (the scenarios do)."""
    states = {}
    for key in upgradable:
        if key[0] in held:
            states[key] = "held"
        elif any(answer is not None and key not in answer.installs for answer in (safe, full)):
            states[key] = "left" if key[0] in phased else "kept_back"
        else:
            states[key] = "installable"
    return states


def states_by_patchstate(apt, answer, phased):
    return {
        apt.package(*key): "left"
        if update["state"] in ("phased", "kept_back") and key[0] in phased
        else update["state"]
        for key, update in answer.updates.items()
        if not is_hidden(update) and update.get("installedVersion")
    }


def each_difference(what, by_apt, by_patchstate):
    return [
        f"{what}: {key}: apt {by_apt.get(key)}, patchstate {by_patchstate.get(key)}"
        for key in sorted(by_apt.keys() | by_patchstate.keys())
        if by_apt.get(key) != by_patchstate.get(key)
    ]


def differences(apt, answer, held=(), phased=()):
    """As sentences. `held`: names on hold; `phased`: names with a version that is being phased."""
    if answer.json is None or answer.failure:
        return [f"no answer: exit code {answer.exit_code} {answer.errors[-300:]} {answer.json and answer.failure}"]
    upgradable, full = apt.upgradable(), simulated(apt, "dist-upgrade")
    safe = simulated(apt, "upgrade")
    found = each_difference(
        "versions", upgradable, {apt.package(*key): value for key, value in answer.versions().items()}
    )
    found += each_difference(
        "state", states_by_apt(upgradable, safe, full, held, phased), states_by_patchstate(apt, answer, phased)
    )
    new = {key: value for key, value in full.installs.items() if not value[0]} if full else {}
    found += each_difference(
        "new package", new, {apt.package(*key): value for key, value in answer.versions(new=True).items()}
    )
    if (full is None) != ("dependencies_broken" in answer.warnings):
        found.append(f"apt {'refuses' if full is None else 'answers'}, patchstate warns of {sorted(answer.warnings)}")
    return found
