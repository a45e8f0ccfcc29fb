#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What waits in the spool: a hub that is down, kill -9 at any moment, a full disk. Real programs, loopback, SQLite.

usage: spool_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]

PATCHSTATE_KILLS sets how often each of the two programs is started to be killed (150); PATCHSTATE_SEED makes a run again."""

import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import delivery_test  # noqa: E402  (needs the path above)
from delivery_test import ACCEPTED, ERROR, LATER, PROGRAMS, REJECTED, Case  # noqa: E402
from endpoints import server_that_answers  # noqa: E402

KILLS = int(os.environ.get("PATCHSTATE_KILLS", "150"))
SEED = int(os.environ.get("PATCHSTATE_SEED", str(random.randrange(10**6))))
NOBODY = "http://127.0.0.1:9"  # the discard port: nobody listens


class Spooled(Case):
    def spool(self):
        return sorted((self.state / "spool/hub").glob("*.json"))

    def ids(self):
        return [json.loads(path.read_text())["assessmentActivityId"] for path in self.spool()]


class Waiting(Spooled):
    def test_a_hub_that_was_down_for_a_week_gets_every_state_in_order_and_once(self):
        hub = self.serve("--reports-per-minute", "1000")
        self.configure(hub.url)
        host = self.enroll(hub)
        self.configure(NOBODY)
        for _ in range(28):  # four a day
            self.assess()
        self.assertEqual(len(self.spool()), 28)
        waiting = self.ids()
        self.ends(LATER, "send", says="not sent, try again later")
        self.assertEqual(self.ids(), waiting)
        self.configure(hub.url)
        done = self.ends(ACCEPTED, "send")
        self.assertEqual(self.spool(), [])
        self.assertEqual(done.stdout.count("accepted the full report"), 1, "nothing changed but the first time")
        self.assertEqual(done.stdout.count("accepted a heartbeat"), 27)
        self.assertEqual(hub.ask(f"/v1/hosts/{host}/assessment")["assessmentActivityId"], waiting[0])
        self.ends(ACCEPTED, "send", "--all", says="nothing waits")

    def test_after_a_failure_it_waits_as_long_as_the_hub_asks_and_a_person_need_not(self):
        with server_that_answers(503, b"", **{"Retry-After": "3600"}) as (url, requests):
            self.pretend_enrolled(url)
            done = self.ends(LATER, "send", "--due", says="HTTP 503")
            self.assertRegex(done.stdout, r"(?m)^next=36\d\d$")
            asked = len(requests)
            again = self.ends(LATER, "send", "--due")
            self.assertEqual(len(requests), asked, "left alone")
            self.assertRegex(again.stdout, r"(?m)^next=\d+$")
            self.ends(LATER, "send", "--all", says="HTTP 503")
            self.assertEqual(len(requests), asked + 1)

    def test_a_report_that_the_hub_finds_wrong_is_put_aside_with_its_answer_and_the_next_goes(self):
        with server_that_answers(422, b'{"title":"the report is not valid"}', content_type="application/problem+json") as (url, _):
            self.pretend_enrolled(url)
            self.ends(REJECTED, "send", "--due", says="the report is not valid")
        self.assertEqual(self.spool(), [])
        reason, = (self.state / "spool/hub/rejected").glob("*.reason")
        self.assertIn("the report is not valid", reason.read_text())

    def test_a_key_that_is_refused_loses_nothing(self):
        for status in (401, 403):
            with server_that_answers(status, b"") as (url, _):
                self.pretend_enrolled(url)
                waiting = len(self.spool())
                self.ends(REJECTED, "send", "--all", says=f"HTTP {status}")
                self.assertEqual(len(self.spool()), waiting)

    def test_two_that_send_at_once_do_not_send_twice(self):
        hub, _ = self.enrolled()
        for _ in range(10):
            self.assess()
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.run_it("send", "--all"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        said = "".join(done.stdout for done in results)
        self.assertEqual([done.returncode for done in results], [0] * 4, said)
        self.assertEqual(len(re.findall("accepted", said)), 10)


class Killed(Spooled):
    def test_whenever_the_programs_are_killed_nothing_acknowledged_is_lost_and_nothing_comes_twice_differently(self):
        """Acknowledged is an assessment whose program ended with 0."""
        print(f"seed {SEED}", file=sys.stderr)
        chance = random.Random(SEED)
        acknowledged, killed = [], 0
        with server_that_answers(202, b"{}") as (url, requests):
            self.pretend_enrolled(url)
            started = time.monotonic()
            self.assess()
            usual = time.monotonic() - started
            for _ in range(KILLS):
                for command in (["assess"], ["send", "--all"]):
                    process = subprocess.Popen([PROGRAMS / "patchstate", command[0], "--config", self.config, *command[1:]],
                                               env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    try:
                        process.wait(timeout=chance.uniform(0, 1.5 * usual))
                    except subprocess.TimeoutExpired:
                        process.send_signal(signal.SIGKILL)
                        process.wait()
                        killed += 1
                    if command[0] == "assess" and process.returncode == 0:
                        acknowledged.append(self.last_id())
            self.assess()
            self.ends(ACCEPTED, "send", "--all")
        self.assertEqual(self.spool(), [])
        self.assertEqual(list((self.state / "spool/hub").glob("rejected/*.json")), [], "no torn report")
        self.assertEqual(list((self.state / "spool/hub").glob(".*")), [])
        sent = {}
        for _, _, body in requests:
            text = gzip.decompress(body)
            sent.setdefault(json.loads(text)["assessmentActivityId"], set()).add(text)
        self.assertEqual([one for one in [*acknowledged, self.last_id()] if one not in sent], [], "acknowledged and lost")
        self.assertEqual([one for one, bodies in sent.items() if len(bodies) > 1], [], "sent twice with another content")
        print(f"{killed} killed, {len(acknowledged)} acknowledged, {len(requests)} sent", file=sys.stderr)
        self.assertGreater(len(acknowledged), KILLS // 10)
        self.assertGreater(killed, KILLS // 10)

    def last_id(self):
        last = max(self.state.glob("last-*.json"), key=lambda path: path.stat().st_mtime_ns)
        return json.loads(last.read_text())["assessmentActivityId"]


class FullDisk(Spooled):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small file system")
        self.small = self.folder / "small"
        self.small.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", self.small], check=False, capture_output=True)
        if done.returncode != 0:
            self.skipTest(f"nothing can be mounted here: {done.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", self.small], check=True)
        self.state = self.small / "state"
        self.key_file = self.state / "host-key"
        self.environment["STATE_DIRECTORY"] = str(self.state)

    def fill(self, leaving):
        """All but so many bytes."""
        free = os.statvfs(self.small)
        path = self.small / "filler"
        path.write_bytes(b"x" * max(0, free.f_bavail * free.f_bsize - leaving))
        return path

    def test_at_every_write_that_finds_no_room_it_says_so_and_goes_on_at_the_next_good_moment(self):
        self.configure(NOBODY)
        self.state.mkdir()
        self.write_secret(self.key_file.relative_to(self.folder), "psh_0123456789")
        self.assess()
        kept = self.ids()
        for pages in range(0, 60, 3):
            filler = self.fill(pages * 4096)
            done = self.run_it("assess")
            self.assertIn(done.returncode, (0, ERROR), done.stderr)
            if done.returncode == ERROR:
                self.assertIn("No space left on device", done.stderr)
            filler.unlink()
            self.assertEqual(self.ids()[:len(kept)], kept, "whole, and in their order")
            kept = self.ids()
        self.ends(0, "assess")
        self.assertEqual(len(self.ids()), len(kept) + 1)

    def test_edge_110_on_a_disk_that_can_only_be_read_nothing_is_lost_and_nothing_sent_twice(self):
        with server_that_answers(202, b"{}") as (url, requests):
            self.pretend_enrolled(url)
            subprocess.run(["mount", "-o", "remount,ro", self.small], check=True)
            self.ends(ERROR, "assess", says="Read-only file system")
            self.ends(ERROR, "send", "--all", says="Read-only file system")
            self.assertEqual((len(self.ids()), requests), (1, []))
            self.assertIn("Read-only file system", self.run_it("doctor").stdout)
            self.assertRegex(self.run_it("check").stdout, "(?i)compliant|unknown", "who asks by hand is answered")
            subprocess.run(["mount", "-o", "remount,rw", self.small], check=True)
            self.assess()
            self.ends(ACCEPTED, "send", "--all")
            self.assertEqual(len(requests), 2)

    def test_a_state_folder_that_is_deleted_is_made_again(self):
        self.configure(NOBODY)
        self.assess()
        shutil.rmtree(self.state)
        self.assess()
        self.assertEqual(len(self.spool()), 1)


if __name__ == "__main__":
    del delivery_test.Case  # its own tests are another program's
    unittest.main()
