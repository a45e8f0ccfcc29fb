#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The store is full, locked, gone or shared: a report is refused with 503 and taken later, and never lost.

usage: faults_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import http.client
import os
import random
import shutil
import signal
import sqlite3
import string
import subprocess
import sys
import threading
import time
import unittest

from hub_process import ANSWERS_WITHIN, Scenarios, take_program_from_arguments
from reports import full, heartbeat, patch
from stores import WRONG_COUNTS, PostgresqlServer, PostgresqlStore, SqliteStore, on_both_stores

LOCK_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def refuses_for_now(test, answer):
    test.assertEqual(answer.problem["status"], 503, answer)
    test.assertTrue(1 <= int(answer.header["retry-after"]) <= 300, answer.header)


@on_both_stores
class Slow(Scenarios):
    def test_a_question_that_would_take_for_ever_is_given_up_and_the_next_is_answered(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        self.accepted(hub, full("web-1"), key)
        endless = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 AS host, 'x' AS tag FROM n "
                   "WHERE i < 0")
        self.store.rows("ALTER TABLE tags RENAME TO former_tags")
        self.store.rows(f"CREATE VIEW tags AS {endless}")
        started = time.monotonic()
        refuses_for_now(self, hub.get("/v1/hosts?tag=x", self.reader))
        self.assertLess(time.monotonic() - started, ANSWERS_WITHIN)
        self.store.rows("DROP VIEW tags")
        self.store.rows("ALTER TABLE former_tags RENAME TO tags")
        self.assertEqual(self.verdict(hub, "web-1"), "compliant")


class Locked(Scenarios, unittest.TestCase):
    store_class = SqliteStore

    def test_a_store_that_another_program_has_locked_is_waited_for_and_then_refused_for_now(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        report = full("web-1")
        self.accepted(hub, report, key)
        self.assertEqual(self.verdict(hub, "web-1"), "compliant")
        holder = subprocess.Popen([sys.executable, "-c", LOCK_HOLDER, self.store.address], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        try:
            self.assertEqual(holder.stdout.readline(), b"locked\n")
            late = full("web-1", [patch("openssl")])
            refuses_for_now(self, hub.send(late, key))
            self.assertEqual(hub.get("/healthz").status, 200)
            self.assertEqual(self.verdict(hub, "web-1"), "compliant", "reading goes on")
            self.assertEqual(self.run_it("fleet").returncode, 0, "at a terminal, too")
        finally:
            holder.communicate()
        self.accepted(hub, late, key)
        self.assertEqual(self.verdict(hub, "web-1"), "noncompliant")
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 2)

    def test_a_short_lock_is_only_waited_for(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        connection = sqlite3.connect(self.store.path, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN EXCLUSIVE")
        timer = threading.Timer(1, connection.execute, ["COMMIT"])
        timer.start()
        self.accepted(hub, full("web-1"), key)
        timer.join()
        connection.close()


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "only root can mount a small file system")
class Full(Scenarios, unittest.TestCase):
    store_class = SqliteStore

    def setUp(self):
        super().setUp()
        self.small = self.folder / "small"
        self.small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", self.small], check=False,
                                 stderr=subprocess.PIPE, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)
        self.store = SqliteStore(self.small)

    def test_on_a_full_disk_reports_are_refused_for_now_and_none_that_was_taken_is_lost(self):
        hub = self.serve("--reports-per-minute", "100000")
        key = self.enrol(hub, "web-1")
        letters = random.Random(1)
        taken, refused = [], None
        for _ in range(400):
            noise = "".join(letters.choices(string.ascii_letters, k=40_000))
            report = full("web-1", futureField=noise)
            answer = hub.send(report, key)
            if answer.status != 202:
                refuses_for_now(self, answer)
                refused = report
                break
            taken.append(report["assessmentActivityId"])
        self.assertIsNotNone(refused, "the disk never got full")
        self.assertEqual(hub.get("/healthz").status, 200)
        refuses_for_now(self, hub.send(refused, key))
        kept = {row[0] for row in self.store.rows("SELECT activity_id FROM reports")}
        self.assertEqual(kept, set(taken))
        subprocess.run(["mount", "-o", "remount,size=20m", self.small], check=True)
        self.accepted(hub, refused, key)
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), len(taken) + 1)
        self.stops_cleanly(hub)
        self.assertEqual(self.store.rows("PRAGMA integrity_check"), [("ok",)])

    def test_a_disk_that_may_only_be_read_is_said_so_and_comes_back(self):
        hub = self.serve()
        key = self.enrol(hub, "web-1")
        self.accepted(hub, full("web-1"), key)
        self.stops_cleanly(hub)
        subprocess.run(["mount", "-o", "remount,ro", self.small], check=True)
        done = self.run_it("serve", "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 3)
        self.assertTrue(done.stderr.startswith("patchstate-hub: "), done.stderr)
        subprocess.run(["mount", "-o", "remount,rw", self.small], check=True)
        self.accepted(self.serve(), full("web-1"), key)


@unittest.skipIf(PostgresqlServer.why_not(), PostgresqlServer.why_not())
class Server(Scenarios, unittest.TestCase):
    store_class = PostgresqlStore

    def under_load(self, hub, key, work):
        """Statuses of what was sent from before `work` to after it, and the ids that were answered 202."""
        stop, statuses, taken = threading.Event(), [], []

        def load():
            while not stop.is_set():
                report = full("web-1")
                try:
                    statuses.append(hub.send(report, key).status)
                except (OSError, http.client.HTTPException) as error:
                    statuses.append(repr(error))
                if statuses[-1] == 202:
                    taken.append(report["assessmentActivityId"])

        thread = threading.Thread(target=load)
        thread.start()
        try:
            work()
            deadline = time.monotonic() + ANSWERS_WITHIN
            while (not statuses or statuses[-1] != 202) and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            stop.set()
            thread.join()
        return statuses, taken

    def restart(self, how):
        hub = self.serve("--reports-per-minute", "100000")
        key = self.enrol(hub, "web-1")
        self.accepted(hub, full("web-1"), key)

        def work():
            time.sleep(0.3)
            self.store.server.stop(how)
            time.sleep(0.5)
            self.store.server.start()

        statuses, taken = self.under_load(hub, key, work)
        self.assertLessEqual(set(statuses), {202, 503})
        self.assertIn(503, statuses)
        self.assertEqual(statuses[-1], 202)
        kept = {row[0] for row in self.store.rows("SELECT activity_id FROM reports")}
        self.assertEqual(set(taken) - kept, set())
        self.assertEqual(self.verdict(hub, "web-1"), "compliant")
        self.stops_cleanly(hub)

    def test_a_server_that_was_restarted_is_used_again(self):
        self.restart(signal.SIGINT)

    def test_a_server_that_crashed_and_recovered_has_what_was_answered_202(self):
        self.restart(signal.SIGQUIT)

    def test_without_its_server_the_hub_lives_and_says_that_it_is_not_ready(self):
        hub = self.serve()
        self.store.server.stop()
        try:
            for _ in range(4):  # whichever of its threads
                self.assertEqual(hub.get("/healthz").status, 200)
                refuses_for_now(self, hub.get("/readyz"))
                refuses_for_now(self, hub.get("/v1/summary", "x"))
        finally:
            self.store.server.start()
        for _ in range(4):
            self.assertEqual(hub.get("/readyz").status, 200)

    def test_two_hubs_share_a_server(self):
        hubs = [self.serve("--reports-per-minute", "100000") for _ in range(2)]
        hosts = [f"web-{number}" for number in range(8)]
        keys = dict(zip(hosts, self.enrol(hubs[0], *hosts)))
        wrong, last = [], {}

        def host(name):
            letters = random.Random(name)
            for number in range(25):
                packages = [patch(f"p{index}") for index in letters.sample(range(40), 10)]
                last[name] = full(name, packages)
                for attempt in range(20):
                    answer = hubs[(number + attempt) % 2].send(last[name], keys[name])
                    if answer.status == 202:
                        break
                    if answer.status != 503 or attempt == 19:
                        wrong.append(answer)
                beat = hubs[number % 2].send(heartbeat(last[name]), keys[name])
                if beat.status == 202 and beat.json["sendFull"]:
                    wrong.append(beat)

        threads = [threading.Thread(target=host, args=(name,)) for name in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [], hubs[0].said())
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 25 * len(hosts))
        for hub in hubs:
            for name in hosts:
                self.assertEqual({one["name"] for one in self.host(hub, name)["patches"]},
                                 {one["name"] for one in last[name]["patches"]})
        self.assertEqual(self.store.rows(WRONG_COUNTS), [])
        for hub in hubs:
            self.stops_cleanly(hub)


@on_both_stores
class Refusing(Scenarios):
    fresh_store = True

    def test_a_store_that_refuses_one_statement_does_not_end_the_hub(self):
        hub = self.serve("--reports-per-minute", "100000")
        key = self.enrol(hub, "web-1")
        for _ in range(3):
            self.accepted(hub, full("web-1", [patch("openssl")]), key)  # each statement has run before
            self.accepted(hub, full("web-1"), key)
        sqlite = self.store.kind == "SQLite"
        for table in ("reports", "pending", "updates", "contacts"):
            self.store.rows(f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END" if sqlite
                            else f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (1 = 0) NOT VALID")
            report = full("web-1", [patch(f"new-{table}")])
            refuses_for_now(self, hub.send(report, key))
            self.store.rows("DROP TRIGGER no" if sqlite else f"ALTER TABLE {table} DROP CONSTRAINT no")
            self.accepted(hub, report, key)
            self.assertEqual([one["name"] for one in self.host(hub, "web-1")["patches"]], [f"new-{table}"])
        self.stops_cleanly(hub)


@on_both_stores
class TwoHubs(Scenarios):
    def test_what_one_hub_took_the_other_one_tells(self):
        first, second = self.serve(), self.serve()
        key = self.enrol(first, "web-1")
        report = full("web-1", [patch("openssl")])
        self.accepted(first, report, key)
        self.accepted(second, heartbeat(report), key)
        self.assertEqual(self.verdict(second, "web-1"), "noncompliant")
        self.accepted(second, full("web-1"), key)
        self.assertEqual(self.verdict(first, "web-1"), "compliant")


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
