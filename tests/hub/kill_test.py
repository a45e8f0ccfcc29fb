#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""202 means "it is stored": the hub is killed (SIGKILL) at random moments under load and started again on its store;
what was answered 202 must be there, once.

usage: kill_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
PATCHSTATE_KILLS: how often on each store (12); PATCHSTATE_SEED: of the moments.
"""

import http.client
import os
import random
import sys
import threading
import time
import unittest

import reports
from hub_process import Scenarios, take_program_from_arguments
from stores import WRONG_COUNTS, on_both_stores

KILLS = int(os.environ.get("PATCHSTATE_KILLS", "12"))
SEED = int(os.environ.get("PATCHSTATE_SEED", str(random.randrange(1 << 30))))
HOSTS = 6


class Sender(threading.Thread):
    """One host: heartbeats and full reports, one after the other, each with an id of its own; remembers what was
    answered 202, and in what order it sent."""

    def __init__(self, hub, host, key, randomness):
        super().__init__(daemon=True)
        self.hub, self.host, self.key, self.random = hub, host, key, randomness
        self.stop = threading.Event()
        self.full = None
        self.accepted_fulls = []
        self.heartbeats = 0
        self.sent = []  # ids of all that could be the host's last word, in order
        self.acknowledged = -1  # index in `sent` of the last 202
        self.wrong = []

    def one(self, connection):
        is_full = self.full is None or self.random.random() < 0.4
        if is_full:
            packages = [reports.patch(f"package-{number}") for number in self.random.sample(range(60), 8)]
            report = reports.full(self.host, packages)
        else:
            report = reports.heartbeat(self.full)
        self.sent.append(report["assessmentActivityId"])
        answer = self.hub.send(report, self.key, connection=connection)
        if answer.status != 202:
            if answer.status != 503:
                self.wrong.append(repr(answer))
            return
        if is_full:
            self.accepted_fulls.append(report["assessmentActivityId"])
            self.full = report
        elif answer.json["sendFull"]:
            # A full report that was stored just before the kill and never answered is what the hub has now.
            self.full = None
            return
        else:
            self.heartbeats += 1
        self.acknowledged = len(self.sent) - 1

    def run(self):
        connection = None
        while not self.stop.is_set():
            try:
                connection = connection or self.hub.connect(timeout=30)
                self.one(connection)
            except (OSError, http.client.HTTPException):
                if connection:
                    connection.close()
                connection = None
                self.stop.wait(0.01)


class Current:
    """The hub that runs now, whichever it is."""

    def __init__(self):
        self.hub = None

    def connect(self, **options):
        return self.hub.connect(**options)

    def send(self, *arguments, **options):
        return self.hub.send(*arguments, **options)


@on_both_stores
class Killed(Scenarios):
    def test_what_was_answered_202_is_there_after_every_kill_and_once(self):
        current = Current()
        start = ("--reports-per-minute", "100000")
        current.hub = self.serve(*start)
        hosts = [f"web-{number}" for number in range(HOSTS)]
        keys = self.enrol(current.hub, *hosts)
        senders = [Sender(current, host, key, random.Random(f"{SEED} {host}")) for host, key in zip(hosts, keys)]
        for sender in senders:
            sender.start()
        moments = random.Random(SEED)
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.02, 0.4))
            current.hub.kill()
            current.hub = self.serve(*start)
        time.sleep(0.3)
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.join(60)
            self.assertFalse(sender.is_alive())
        self.stops_cleanly(current.hub)
        self.compare(senders)

    def compare(self, senders):
        stored = [row[0] for row in self.store.rows("SELECT activity_id FROM reports")]
        self.assertEqual(len(stored), len(set(stored)), "each once")
        last = dict(self.store.rows("SELECT h.id, c.activity_id FROM hosts h JOIN contacts c ON c.host = h.host"))
        fulls = beats = 0
        for sender in senders:
            self.assertEqual(sender.wrong, [], SEED)
            lost = set(sender.accepted_fulls) - set(stored)
            self.assertEqual(lost, set(), f"seed {SEED}: answered 202 and not there")
            self.assertGreaterEqual(sender.sent.index(last[sender.host]), sender.acknowledged,
                                    f"seed {SEED}: {sender.host}: its last word is older than one answered 202")
            fulls += len(sender.accepted_fulls)
            beats += sender.heartbeats
        self.assertGreater(fulls, KILLS)
        self.assertGreater(beats, KILLS)
        wrong = self.store.rows(WRONG_COUNTS)
        self.assertEqual(wrong, [], "on how many hosts each update is missing")
        print(f"{self.store.kind}: {KILLS} kills, {fulls} full reports and {beats} heartbeats answered 202: all there, "
              f"each once; {len(stored)} full reports stored (seed {SEED})", file=sys.stderr)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
