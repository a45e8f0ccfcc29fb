#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Versions are ordered as librpm orders them: random pairs, close to each other, judged by the rpm of this machine."""

import random
import re
import shutil
import subprocess
import sys

PAIRS = 6000
PARTS = ["0", "1", "2", "10", "01", "001", "9", "20101121", "a", "b", "rc", "git", "el9", "A", "z", "p1", "", "99999999999999999999"]
MARKS = [".", "_", "+", "~", "^", "~~", "^^", "~^", "^~", "..", ""]


def version(chance):
    text = chance.choice(PARTS)
    for _ in range(chance.randrange(4)):
        text += chance.choice(MARKS) + chance.choice(PARTS)
    return text or "0"


def evr(chance):
    epoch = chance.choice(["", "", "0:", "1:", "00:", "2:", "10:"])
    release = chance.choice(["", "-" + version(chance)])
    return epoch + version(chance) + release


def close_to(text, chance):
    """The same, but for one place: pairs without anything in common are decided by their first part."""
    at = chance.randrange(len(text) + 1)
    change = chance.choice([".", "~", "^", "1", "a", "0", "_", "~1", "^1", ".0"])
    return text[:at] + change + text[at + chance.randrange(2):]


def is_plain(text):
    """[digits:]version[-release]: about anything else librpm has no opinion."""
    return re.fullmatch(r"(\d+:)?[^:-]+(-[^:-]+)?", text) is not None


def by_rpm(pairs):
    """One process for many: rpm's own Lua, which takes whole epoch:version-release texts since 4.16."""
    orders = []
    for start in range(0, len(pairs), 250):
        table = ",".join(f'{{"{a}","{b}"}}' for a, b in pairs[start:start + 250])
        script = f'%{{lua: for _, p in ipairs({{{table}}}) do print(rpm.vercmp(p[1], p[2]) .. " ") end}}'
        out = subprocess.run(["rpm", "--eval", script], capture_output=True, text=True, check=True, timeout=60).stdout
        orders += [int(word) for word in out.split()]
    return orders


def main():
    if not shutil.which("rpm"):
        print("skipped: there is no rpm on this machine to compare with (apt-get install rpm)")
        return 77
    chance = random.Random(20261128)
    pairs = []
    while len(pairs) < PAIRS:
        one = evr(chance)
        other = close_to(one, chance) if chance.random() < 0.7 else evr(chance)
        if is_plain(one) and is_plain(other):
            pairs.append((one, other))
    expected = by_rpm(pairs)
    lines = "".join(f"{a}\t{b}\n" for a, b in pairs)
    ours = subprocess.run([sys.argv[1], "compare"], input=lines, capture_output=True, text=True, check=True, timeout=60)
    found = [int(word) for word in ours.stdout.split()]
    if len(found) != len(pairs) or len(expected) != len(pairs):
        print(f"{len(pairs)} pairs, {len(expected)} answers of rpm's, {len(found)} of ours")
        return 1
    wrong = [(pair, want, got) for pair, want, got in zip(pairs, expected, found) if want != got]
    for (one, other), want, got in wrong[:20]:
        print(f"{one!r} and {other!r}: rpm says {want}, we say {got}")
    spread = {order: expected.count(order) for order in (-1, 0, 1)}
    print(f"{len(pairs)} pairs, {len(wrong)} ordered otherwise than by rpm; rpm's answers: {spread}")
    return 1 if wrong or min(spread.values()) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
