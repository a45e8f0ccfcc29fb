# SPDX-License-Identifier: Apache-2.0
"""A queue of the agent in a booted container that holds as many reports as it takes."""

import re
import shutil

from container import STATE, expect

QUEUE = f"{STATE}/spool/hub"
# How many reports it takes before others give way (agent/spool).
LIMIT = 1000


def waiting(box):
    folder = box.path(QUEUE)
    return sorted(path for path in folder.iterdir() if re.fullmatch(r"\d{12}-.*", path.name)) if folder.exists() else []


def fill(box, least=1):
    """Copies of the newest real report under names and ids of their own, for a thousand real ones would take minutes. At least
    `least` real ones are there already."""
    reports = [path for path in waiting(box) if path.name.endswith(".json") and path.stat().st_size > 1000]
    expect(len(reports) >= least, f"full reports: {reports}, of {waiting(box)}")
    newest = reports[-1]
    first, identity = int(newest.name[:12]), newest.name[13:13 + 36]
    text, status = newest.read_text(), newest.stat()
    for number in range(LIMIT - len(waiting(box))):
        other = f"{number:08d}{identity[8:]}"
        copy = newest.with_name(newest.name.replace(newest.name[:12], f"{first + 1 + number:012d}").replace(identity, other))
        copy.write_text(text.replace(identity, other))
        shutil.copystat(newest, copy)
        shutil.chown(copy, status.st_uid, status.st_gid)
    expect(len(waiting(box)) == LIMIT, len(waiting(box)))
