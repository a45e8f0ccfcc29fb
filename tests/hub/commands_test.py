#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line: backup and restore, schema versions, what is not understood.

usage: commands_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import concurrent.futures
import json
import os
import pathlib
import stat
import threading
import unittest

from hub_process import Scenarios, take_program_from_arguments
from reports import full, heartbeat, patch
from stores import WRONG_COUNTS, on_both_stores


@on_both_stores
class BackupAndRestore(Scenarios):
    def everything(self, hub, token):
        """All that can be asked, without the moment of asking."""
        answers = {}
        for path in ("/v1/summary", "/v1/hosts?limit=1000", "/v1/updates?limit=1000", "/v1/export?format=jsonl",
                     "/v1/hosts/web-1", "/v1/hosts/web-1/history", "/v1/hosts/web-2/assessment"):
            answer = hub.get(path, token)
            self.assertEqual(answer.status, 200, answer)
            answers[path] = answer.body if "export" in path else {key: value for key, value in answer.json.items()
                                                                  if key != "at"}
        return json.loads(json.dumps(answers, default=bytes.decode))

    def filled(self):
        hub = self.serve()
        keys = self.enrol(hub, "web-1", "web-2", "web-3")
        old = {"firstSeen": "2026-01-01T00:00:00Z"}
        self.accepted(hub, full("web-1", [patch("openssl", cves=["CVE-2026-1"], **old)]), keys[0])
        self.accepted(hub, full("web-1", [patch("bash", **old)]), keys[0])
        self.accepted(hub, full("web-2"), keys[1])
        self.succeeds("host", "tag", "web-2", "production")
        return hub, keys

    def test_a_backup_is_restored_to_an_equal_fleet(self):
        hub, keys = self.filled()
        before = self.everything(hub, self.reader)
        copy = self.folder / "backup"
        self.succeeds("backup", str(copy))
        if os.geteuid() == 0 or self.store.kind == "SQLite":
            self.assertEqual(stat.S_IMODE(copy.stat().st_mode) & 0o077, 0, "nobody else may read it")
        self.stops_cleanly(hub)
        (self.folder / "other").mkdir()
        other = self.store.another(self.folder / "other")
        self.succeeds("restore", str(copy), store=other)
        again = self.serve(store=other)
        self.assertEqual(self.everything(again, self.reader), before)
        self.accepted(again, full("web-3"), keys[2])
        self.assertEqual(self.succeeds("host", "list", store=other).count("\n"), 3)

    def test_a_backup_under_load_is_consistent(self):
        hub, keys = self.filled()
        stop = threading.Event()

        def load():
            while not stop.is_set():
                hub.send(full("web-3", [patch(f"p{number}") for number in range(20)]), keys[2])

        thread = threading.Thread(target=load)
        thread.start()
        try:
            copy = self.folder / "backup"
            self.succeeds("backup", str(copy))
        finally:
            stop.set()
            thread.join()
        (self.folder / "other").mkdir()
        other = self.store.another(self.folder / "other")
        self.succeeds("restore", str(copy), store=other)
        self.assertEqual(other.rows(WRONG_COUNTS), [])

    def test_nothing_is_overwritten_and_what_is_no_backup_is_refused(self):
        hub, _ = self.filled()
        copy = self.folder / "backup"
        copy.write_text("not a backup")
        self.assertEqual(self.run_it("backup", str(copy)).returncode, 3)
        self.assertEqual(copy.read_text(), "not a backup")
        self.assertEqual(self.run_it("backup", "/nonexistent/backup").returncode, 3)
        (self.folder / "other").mkdir()
        other = self.store.another(self.folder / "other")
        self.assertEqual(self.run_it("restore", str(copy), store=other).returncode, 3)
        self.assertEqual(self.run_it("restore", str(self.folder / "none"), store=other).returncode, 3)
        copy.unlink()
        self.succeeds("backup", str(copy))
        self.assertEqual(self.run_it("restore", str(copy)).returncode, 3, "there is a store already")
        whole = copy.read_bytes()
        for end in (len(whole) // 2, 100, 0):
            copy.write_bytes(whole[:end])
            self.assertEqual(self.run_it("restore", str(copy), store=other).returncode, 3, end)
        self.assertEqual([path.name for path in (self.folder / "other").iterdir()], [], "nothing is left behind")
        copy.write_bytes(whole)
        self.succeeds("restore", str(copy), store=other)
        self.assertEqual(len(self.read(hub, "/v1/hosts")["hosts"]), 3)


# Of a store that was there before people could sign in. Its indexes are made anew with their columns.
TAKE_BACK_STEP_3 = [
    *(f"DROP TABLE {table}" for table in ("accepted_risks", "fleet_days", "people", "sessions", "guesses", "audit", "filters",
                                          "notices", "noticed")),
    "DROP INDEX hosts_accepted", "DROP INDEX hosts_counted", "DROP INDEX states_by_end",
    *(f"ALTER TABLE hosts DROP COLUMN {column}" for column in ("accepted", "accepted_until", "doubts", "lacks")),
    *(f"ALTER TABLE states DROP COLUMN {column}" for column in ("accepted", "accepted_until")),
    "CREATE INDEX hosts_counted ON hosts (removed, host)", "CREATE INDEX states_by_end ON states (until)",
]


@on_both_stores
class Migration(Scenarios):
    fresh_store = True

    def test_migrating_twice_is_migrating_once(self):
        first = self.succeeds("migrate")
        self.assertEqual(self.succeeds("migrate"), first)
        self.assertEqual(self.count("SELECT COUNT(*) FROM schema_versions"), 3)

    def test_many_at_once_migrate_once(self):
        for _ in range(4):
            self.store = self.store.another(self.folder)
            if self.store.kind == "SQLite":
                for path in self.folder.glob("hub.db*"):
                    path.unlink()
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                done = list(pool.map(lambda _: self.run_it("migrate"), range(6)))
            self.assertEqual([(one.returncode, one.stderr) for one in done], [(0, "")] * 6)
            self.assertEqual(self.count("SELECT COUNT(*) FROM schema_versions"), 3)

    def test_a_store_of_the_first_version_keeps_its_counts(self):
        hub = self.serve()
        keys = [self.enrol(hub, f"web-{number}") for number in range(2)]
        for number, key in enumerate(keys):
            self.accepted(hub, full(f"web-{number}", [patch("bash"), patch(f"only-{number}")]), key)
        self.stops_cleanly(hub)
        for statement in ("ALTER TABLE updates ADD COLUMN missing_on BIGINT NOT NULL DEFAULT 0",
                          "UPDATE updates SET missing_on = (SELECT hosts FROM missing m WHERE m.update_key = updates.update_key)",
                          "CREATE INDEX updates_by_missing ON updates (missing_on, update_key)",
                          "DROP TABLE missing", *TAKE_BACK_STEP_3, "DELETE FROM schema_versions WHERE version > 1"):
            self.store.rows(statement)
        hub = self.serve()
        counts = {one["name"]: one["missingOn"] for one in self.read(hub, "/v1/updates")["updates"]}
        self.assertEqual(counts, {"bash": 2, "only-0": 1, "only-1": 1})
        self.accepted(hub, full("web-0", []), keys[0])
        self.assertEqual(self.store.rows(WRONG_COUNTS), [])

    def test_a_store_of_a_future_version_that_cannot_be_read_is_refused(self):
        self.succeeds("migrate")
        before = self.store.rows("SELECT * FROM schema_versions")
        self.store.rows("INSERT INTO schema_versions VALUES (9999, 9998)")
        for command in (["migrate"], ["fleet"], ["token", "create", "read"], ["host", "list"],
                        ["serve", "--listen", "127.0.0.1:0"]):
            done = self.run_it(*command)
            self.assertEqual((done.returncode, done.stdout), (3, ""), command)
            self.assertIn("9999", done.stderr)
        self.store.rows("DELETE FROM schema_versions WHERE version = 9999")
        self.assertEqual(self.store.rows("SELECT * FROM schema_versions"), before)
        self.store.rows("INSERT INTO schema_versions VALUES (9999, 1)")
        hub = self.serve()  # a rolling upgrade: a later program is at work, and this one may still be
        self.accepted(hub, full("web-1"), self.enrol(hub, "web-1"))


@on_both_stores
class CommandLine(Scenarios):
    def test_what_is_not_understood_is_refused_and_prints_nothing(self):
        for arguments in (["serve", "--listen", "x"], ["serve", "--listen", "127.0.0.1:99999"],
                          ["serve", "--listen", "localhost:0"], ["serve", "--tls-cert", "x"], ["token", "create"],
                          ["token", "create", "write"], ["token", "create", "enrol", "--uses", "0"],
                          ["token", "create", "read", "--valid", "soon"], ["token", "create", "read", "--scope", "all"],
                          ["fleet", "--format", "xml"], ["backup"], ["restore"], ["host", "remove"],
                          ["serve", "--keep-reports", "-1d"], ["serve", "--silent-after", "0"], ["token", "revoke", "1"],
                          ["token", "revoke", "x"]):
            with self.subTest(arguments):
                done = self.run_it(*arguments)
                self.assertEqual((done.returncode, done.stdout), (3, ""))
                self.assertTrue(done.stderr)

    def test_a_store_that_cannot_be_opened_is_named(self):
        for address in ("/nonexistent/hub.db", "postgresql://hub@127.0.0.1:1/hub", "mysql://x/y", "postgresql://[/", ""):
            done = self.run_it("fleet", store=type("Address", (), {"address": address}))
            self.assertEqual((done.returncode, done.stdout), (3, ""), address)
            self.assertTrue(done.stderr)

    def test_a_store_is_for_its_owner_only(self):
        self.succeeds("migrate")
        if self.store.kind == "SQLite":
            self.assertEqual(stat.S_IMODE(pathlib.Path(self.store.address).stat().st_mode), 0o600)

    def test_an_address_that_is_taken_is_said_so(self):
        hub = self.serve()
        done = self.run_it("serve", "--listen", f"127.0.0.1:{hub.port}")
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot listen", done.stderr)

    def test_a_hub_that_is_asked_to_stop_stores_what_it_accepted(self):
        hub = self.serve("--reports-per-minute", "100000")
        key = self.enrol(hub, "web-1")
        report = full("web-1")
        self.accepted(hub, report, key)
        for _ in range(20):
            beat = heartbeat(report)
            self.accepted(hub, beat, key)
        self.stops_cleanly(hub)
        self.assertEqual(self.store.rows("SELECT activity_id FROM contacts"), [(beat["assessmentActivityId"],)])


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
