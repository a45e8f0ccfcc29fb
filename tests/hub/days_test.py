#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fleet as it is counted: now, and at each midnight that has passed.

usage: days_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import time
import unittest

import reports
from fleet_test import Fleet
from hub_process import take_program_from_arguments
from reports import patch
from stores import on_both_stores

DAY = 86400
COUNTS_WITHIN = 60


def midnight(days_ago=0):
    today = reports.now().replace(hour=0, minute=0, second=0)
    return int((today - datetime.timedelta(days=days_ago)).timestamp())


@on_both_stores
class Counts(Fleet):
    def test_a_fleet_is_the_sum_of_what_is_said_of_each_machine(self):
        long_ago = reports.now() - datetime.timedelta(days=40)
        for host, patches in (("good", []), ("bad", [patch("openssl"), patch("bash")]), ("reboots", []),
                              ("grown-old", []), ("silent-good", []), ("failed", []), ("removed", [patch("bash")]),
                              ("silent-bad", [patch("zlib", firstSeen=reports.text_of(long_ago))]),
                              ("other", [patch("vim", classifications=["bugfix"])])):
            more = {"rebootPending": True} if host == "reboots" else {}
            if host == "failed":
                more["sources"] = [{"name": "apt", "patchServiceUsed": "APT", "status": "failed", "durationMs": 1,
                                    "failure": {"kind": "locked", "errorCode": "lock", "message": "held by another"}}]
            self.reported(host, *patches, **more)
        self.enrol(self.hub, "never")
        for host in ("silent-good", "silent-bad"):
            self.fell_silent(host)
        self.store.rows("UPDATE contacts SET good_until = 1 WHERE host IN (SELECT host FROM hosts WHERE id IN "
                        "('grown-old', 'bad'))")
        self.succeeds("host", "remove", "removed")
        hosts = [self.host(self.hub, one) for one in self.ids("")]
        summary = self.summary()
        for verdict in ("compliant", "noncompliant", "unknown"):
            here = [one for one in hosts if one["verdict"]["value"] == verdict]
            self.assertEqual(summary[verdict], len(here), (verdict, [one["id"] for one in here]))
        bad = [one for one in hosts if one["verdict"]["value"] == "noncompliant"]
        self.assertEqual([one["id"] for one in bad], ["bad"])
        self.assertEqual((summary["hosts"], summary["unknown"], summary["notReporting"], summary["neverReported"]),
                         (9, 5, 2, 1))
        self.assertEqual((summary["criticalAndSecurityPatchCount"], summary["otherPatchCount"], summary["rebootsPending"]),
                         (2, 1, 1))
        # Not that of the silent machine, which is older.
        self.assertEqual(summary["oldestPendingSince"], bad[0]["oldestPendingSince"])


@on_both_stores
class Midnights(Fleet):
    def days(self):
        return {int(day): tuple(map(int, row)) for day, *row in self.store.rows(
            "SELECT day, hosts, compliant, noncompliant, unknown, security_updates FROM fleet_days ORDER BY day")}

    def counted(self, *days):
        """What is in the table once these midnights are."""
        give_up = time.monotonic() + COUNTS_WITHIN
        while not set(days) <= set(found := self.days()):
            self.assertLess(time.monotonic(), give_up, (days, found, self.hub.said()))
            time.sleep(0.05)
        return found

    def restarted(self, *arguments):
        self.stops_cleanly(self.hub)
        self.hub = self.serve(*arguments)

    def test_each_midnight_is_counted_once_and_from_the_first_machine_on(self):
        self.reported("web-1", patch("openssl"), patch("bash"))
        self.all_moved_back(2 * DAY)
        self.reported("web-1", patch("bash"))
        # A minute before a midnight, whenever this runs: nobody has fallen silent by then.
        self.all_moved_back(int(time.time()) - midnight(1) + 60)
        self.reported("web-1")
        self.reported("web-2")
        self.restarted()
        found = self.counted(*map(midnight, range(4)))
        self.assertEqual(sorted(found), [midnight(3), midnight(2), midnight(1), midnight(0)])
        self.assertEqual([found[midnight(days)][-1] for days in (3, 1)], [2, 1])
        self.assertEqual(found[midnight(3)][:4], (1, 0, 1, 0))
        self.store.rows(f"UPDATE fleet_days SET security_updates = 77 WHERE day = {midnight(2)}")
        self.store.rows(f"DELETE FROM fleet_days WHERE day = {midnight(3)}")
        self.restarted()
        self.assertEqual(self.counted(midnight(3))[midnight(2)][-1], 77)

    def test_no_midnight_is_counted_before_the_kept_history_nor_without_a_machine(self):
        self.restarted()
        self.reported("web-1")
        self.all_moved_back(10 * DAY)
        self.store.rows(f"INSERT INTO fleet_days VALUES ({midnight(9)}, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        self.restarted("--keep-history", "5d")
        found = self.counted(*map(midnight, range(5)))
        self.assertEqual(sorted(found), sorted(map(midnight, range(5))))

    def test_several_hubs_count_a_midnight_once(self):
        self.reported("web-1", patch("openssl"))
        self.all_moved_back(20 * DAY)
        self.stops_cleanly(self.hub)
        hubs = [self.serve() for _ in range(3)]
        self.hub = hubs[0]
        self.assertEqual(len(self.counted(*map(midnight, range(20)))), 20)
        for hub in hubs:
            self.stops_cleanly(hub)
            self.assertNotIn("could not be counted", hub.said())


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
