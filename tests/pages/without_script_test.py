#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day's work in a browser that runs no script; tables_test.py has the tables.

usage: without_script_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import unittest

from fleets import reports
from page_scenarios import ADMINISTRATOR, PASSWORD, Pages, main

MACHINE = "host-06"  # misses one security update
REASON = "<b>replaced</b> in the maintenance window"


class WithoutScript(Pages, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.browser.scripts(False)

    def send(self, selector, **fields):
        form = self.browser.find(selector)
        for name, value in fields.items():
            if form.find(f"[name={name}]").attribute("type") == "date":  # typed in the order of a country's dates
                self.browser.run("document.querySelector(arguments[0]).value = arguments[1]",
                                 f"{selector} [name={name}]", value)
            else:
                form.find(f"[name={name}]").fill(value)
        self.browser.follow(form.find("button"))

    def test_no_script_of_a_page_runs_here_and_what_would_need_one_is_not_shown(self):
        self.sign_in()
        self.open("/machines")
        self.assertEqual(self.browser.find("input[data-narrows]").css("display"), "none")

    def test_sign_in_find_a_machine_accept_its_risk_end_that_and_sign_out(self):
        self.open("/sign-in")
        self.fill_in_sign_in(ADMINISTRATOR, PASSWORD)
        self.browser.follow(self.browser.link("Machines"))
        self.send("form.filters", q=MACHINE)
        self.browser.follow(self.browser.link(f"{MACHINE}.example.org"))
        self.assertIn("noncompliant", self.main_text())

        until = (reports.now() + datetime.timedelta(days=30)).strftime("%Y-%m-%d")
        self.browser.follow(self.browser.link("Accept the risk of what it misses"))
        self.send("form[action='/risks']", reason=REASON, until=until)
        self.open("/risks")
        for said in (REASON, until, ADMINISTRATOR, f"{MACHINE}.example.org"):
            self.assertIn(said, self.main_text())
        self.assertNotIn(self.place.verdict(self.place.hub, MACHINE), ("compliant", "noncompliant"))
        self.assertEqual(self.api("/v1/summary")["compliant"], 63, "nobody becomes compliant by it")
        self.open(f"/machines/{MACHINE}")
        self.assertIn("accepted risk", self.main_text())
        self.open("/")
        self.assertIn("6 of 73 machines miss", self.main_text())

        self.open("/risks")
        self.browser.follow(self.browser.find("form[action^='/risks/'][action$='/end'] button"))
        self.assertEqual(self.place.verdict(self.place.hub, MACHINE), "noncompliant")
        self.open("/audit")
        for said in ("risk", MACHINE, ADMINISTRATOR):
            self.assertIn(said, self.main_text())
        self.browser.follow(self.browser.find("form[action='/sign-out'] button"))
        self.open("/")
        self.assertTrue(self.browser.all("input[type=password]"))

    def test_tags_and_tokens_are_made_by_forms_too(self):
        self.sign_in()
        self.open(f"/machines/{MACHINE}")
        self.send(f"form[action='/machines/{MACHINE}/tags']", tags="blue")
        self.assertEqual(self.place.host(self.place.hub, MACHINE)["tags"], ["blue"])
        self.open("/enrol")
        self.browser.follow(self.browser.find("main form[action='/enrol'] button"))
        text = self.main_text()
        for said in ("patchstate enroll", "apt", "dnf", "msiexec"):
            self.assertIn(said, text)


if __name__ == "__main__":
    main()
