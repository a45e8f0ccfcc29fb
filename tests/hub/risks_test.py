#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Risks that somebody accepted: counted apart, never compliant, over by themselves.

usage: risks_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import unittest

from browser import People, text_of
from hub_process import take_program_from_arguments
from reports import full, heartbeat, now, patch
from stores import on_both_stores

DAY = datetime.timedelta(days=1)
OPENSSL, SUDO, VIM = patch("openssl"), patch("sudo"), patch("vim", classifications=["bugfix"])


class Risks(People):
    def setUp(self):
        super().setUp()
        self.hub = self.serve("--reports-per-minute", "1000")
        self.keys = {}
        self.ada = self.signed_in(self.hub)

    def reported(self, host, *patches, **more):
        if host not in self.keys:
            self.keys[host] = self.enrol(self.hub, host)
        report = full(host, patches, **more)
        self.accepted(self.hub, report, self.keys[host])
        return report

    def accept(self, host="", package="", days=30, reason="behind a firewall, replaced in spring"):
        update = self.read(self.hub, f"/v1/updates?package={package}")["updates"][0]["updateId"] if package else "0"
        return self.ada.send("/risks", host=host, update=update, reason=reason, until=(now() + days * DAY).strftime("%Y-%m-%d"))

    def accepts(self, *what, **more):
        self.assertEqual(self.accept(*what, **more).status, 303)

    def standings(self):
        return {host["id"]: host["verdict"]["value"] for host in self.read(self.hub, "/v1/hosts")["hosts"]}

    def counts(self):
        summary = self.read(self.hub, "/v1/summary")
        return {name: summary[name] for name in ("status", "compliant", "noncompliant", "accepted", "unknown",
                                                 "criticalAndSecurityPatchCount", "acceptedPatchCount")}

    def over(self):
        """Every date in the store has passed."""
        self.store.rows("UPDATE accepted_risks SET until = until - 100000000")
        self.store.rows("UPDATE hosts SET accepted_until = accepted_until - 100000000 WHERE accepted_until > 0")


@on_both_stores
class Counting(Risks):
    def test_a_host_is_accepted_when_each_update_that_it_misses_is(self):
        self.reported("web", OPENSSL, SUDO, VIM)
        self.accepts("web", "openssl")
        self.assertEqual(self.counts(), {"status": "not_completed", "compliant": 0, "noncompliant": 1, "accepted": 0, "unknown": 0,
                                         "criticalAndSecurityPatchCount": 1, "acceptedPatchCount": 1})
        self.accepts("web", "sudo")
        self.assertEqual(self.counts(), {"status": "completed", "compliant": 0, "noncompliant": 0, "accepted": 1, "unknown": 0,
                                         "criticalAndSecurityPatchCount": 0, "acceptedPatchCount": 2})
        self.assertEqual(self.standings(), {"web": "accepted"})

    def test_the_sentence_and_the_page_say_that_it_is_completed_with_accepted_risks(self):
        self.reported("web", OPENSSL)
        self.reported("db")
        self.accepts("web")
        sentence = self.read(self.hub, "/v1/summary")["sentence"]
        self.assertRegex(sentence, "^Apply system updates: completed with accepted risks: 1 of 2 machines compliant; 1 machine misses 1 "
                         "security update whose risk was accepted, the first acceptance ends in 30 days$")
        self.assertIn("Apply system updates: completed with accepted risks 1 of 2 machines compliant", text_of(self.ada.get("/")))
        self.assertEqual(self.run_it("fleet").returncode, 0)

    def test_an_update_is_accepted_on_every_host_that_misses_it_and_on_those_that_will(self):
        self.reported("web", OPENSSL)
        self.reported("db", OPENSSL, SUDO)
        self.accepts("", "openssl")
        self.assertEqual(self.standings(), {"web": "accepted", "db": "noncompliant"})
        self.reported("mail", OPENSSL)
        self.assertEqual(self.standings()["mail"], "accepted")

    def test_a_host_is_accepted_with_what_it_will_miss(self):
        self.reported("web", OPENSSL)
        self.accepts("web")
        self.reported("web", OPENSSL, SUDO)
        self.assertEqual((self.standings(), self.counts()["acceptedPatchCount"]), ({"web": "accepted"}, 2))

    def test_an_update_that_is_newer_than_the_accepted_one_is_not_accepted(self):
        self.reported("web", OPENSSL)
        self.accepts("web", "openssl")
        self.reported("web", patch("openssl", "1.0-3"))
        self.assertEqual((self.standings(), self.counts()["acceptedPatchCount"]), ({"web": "noncompliant"}, 0))

    def test_a_patched_host_is_compliant_and_its_risk_counts_no_more(self):
        self.reported("web", OPENSSL)
        self.accepts("web")
        self.reported("web")
        self.assertEqual((self.standings(), self.counts()["accepted"]), ({"web": "compliant"}, 0))

    def test_a_reboot_that_an_update_waits_for_is_accepted_with_it(self):
        self.reported("web", OPENSSL | {"state": "installed_pending_reboot"})
        self.accepts("web", "openssl")
        self.assertEqual(self.standings(), {"web": "accepted"})

    def test_what_is_not_known_is_not_accepted(self):
        report = self.reported("web", OPENSSL)
        self.accepts("web")
        self.store.rows("UPDATE contacts SET received = received - 3000000, silent = silent - 3000000")
        self.assertEqual((self.standings(), self.counts()["accepted"]), ({"web": "unknown"}, 0))
        self.accepted(self.hub, heartbeat(report), self.keys["web"])
        self.assertEqual(self.standings(), {"web": "accepted"})

    def test_a_host_past_support_is_not_accepted(self):
        old = {"id": "debian", "idLike": [], "versionId": "9", "name": "Debian 9", "endOfSupport": "2022-06-30T00:00:00Z"}
        report = full("web", [OPENSSL])
        self.keys["web"] = self.enrol(self.hub, "web")
        self.accepted(self.hub, report | {"host": report["host"] | {"os": old}}, self.keys["web"])
        self.accepts("web")
        self.assertEqual((self.standings(), self.counts()["acceptedPatchCount"]), ({"web": "noncompliant"}, 0))


@on_both_stores
class Ending(Risks):
    def test_it_ends_by_itself_though_nobody_counts_again(self):
        self.reported("web", OPENSSL)
        self.accepts("web")
        self.over()
        self.assertEqual((self.standings(), self.counts()["noncompliant"]), ({"web": "noncompliant"}, 1))
        self.assertIn("ended by itself", text_of(self.ada.get("/risks")))

    def test_of_two_the_one_that_lasts_longer_counts(self):
        self.reported("web", OPENSSL)
        self.accepts("web", "openssl", days=2)
        self.accepts("web", days=60)
        self.assertRegex(self.read(self.hub, "/v1/summary")["sentence"], "ends in 60 days$")

    def test_an_administrator_ends_it(self):
        self.reported("web", OPENSSL)
        self.accepts("", "openssl")
        end = f"/risks/{self.count('SELECT MAX(risk) FROM accepted_risks')}/end"
        self.assertEqual(self.ada.send(end).status, 303)
        self.assertEqual(self.standings(), {"web": "noncompliant"})
        self.assertEqual(self.ada.send(end).status, 404)
        accepted, = self.notes("risk_accepted")
        self.assertEqual(accepted[:2], ("ada", "openssl 1.0-2 on every machine"))
        ended, = self.notes("risk_ended")
        self.assertEqual(ended[:2], ("ada", f"risk {end.split('/')[2]}"))

    def test_the_past_stays_as_it_was(self):
        self.reported("web", OPENSSL, at=now() - 3 * DAY, checked=now() - 3 * DAY)
        self.store.rows("UPDATE hosts SET known_since = known_since - 500000, enrolled = enrolled - 500000")
        self.accepts("web")
        yesterday = self.read(self.hub, f"/v1/compliance?at={(now() - DAY).strftime('%Y-%m-%d')}")
        self.assertEqual((yesterday["noncompliant"], yesterday["accepted"]), (1, 0))
        self.assertEqual(self.counts()["accepted"], 1)


@on_both_stores
class Asking(Risks):
    def test_a_reason_and_a_date_within_a_year_are_needed(self):
        self.reported("web", OPENSSL)
        for wrong in ({"reason": " "}, {"reason": "x" * 2001}, {"days": -1}, {"days": 400}):
            answer = self.accept("web", **wrong)
            self.assertEqual(answer.status, 400, wrong)
            self.assertIn('role="alert"', answer.body.decode())
        self.assertEqual(self.accept("nobody").status, 404)
        self.assertEqual(self.accept().status, 400)
        self.assertEqual((self.standings(), self.notes("risk_accepted")), ({"web": "noncompliant"}, []))

    def test_it_stands_on_the_page_of_the_host_and_of_the_update_and_in_the_file(self):
        self.reported("web", OPENSSL)
        self.accepts("", "openssl", reason="<b>not</b> reachable")
        update = self.read(self.hub, "/v1/updates?package=openssl")["updates"][0]["updateId"]
        for page in ("/risks", "/machines/web", f"/updates/{update}"):
            self.assertIn("<b>not</b> reachable", text_of(self.ada.get(page)), page)
            self.assertNotIn("<b>not", self.ada.get(page).body.decode())
        self.assertIn("<b>not</b> reachable", self.ada.get("/risks?format=csv").body.decode())

    def test_a_viewer_sees_it_and_can_not_change_it(self):
        self.reported("web", OPENSSL)
        self.accepts("web")
        eve = self.signed_in(self.hub, "eve", "viewer")
        self.assertIn("behind a firewall", text_of(eve.get("/risks")))
        self.assertEqual([eve.send("/risks", host="web", update="0", reason="x", until="2026-12-31").status,
                          eve.send("/risks/1/end").status, eve.get("/risks/new?host=web").status], [403, 403, 403])
        self.assertEqual(self.standings(), {"web": "accepted"})


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
